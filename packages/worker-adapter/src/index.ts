export * as Mail from "./Mail.ts"
export * as Sms from "./Sms.ts"
export * as WardLog from "./WardLog.ts"
export * as Worker from "./Worker.ts"
