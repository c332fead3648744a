/**
 * Imported into a task by `launch.mjs`: when the launcher is gone without a word (SIGKILL), the task
 * goes the same way instead of holding the port and the data directory as an orphan.
 */
if (process.channel) {
  process.once("disconnect", () => process.kill(process.pid, "SIGKILL"))
  process.channel.unref()
}
