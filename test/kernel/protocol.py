"""The messaging protocol's own conformance suite, with every sample that it knows; pager and history alone are skipped.

KERNEL names the kernel: "deepnets", or "stock-tslab" for tslab 1.0.22 as it comes. Of the same samples stock tslab
fails (tried 2026-11 on Node 20.20):
  test_kernel_info        the reply lacks its status
  test_error              a failing cell is text on stderr; no `error` message, no name in the reply
  test_execute_result     the last expression is printed to stdout; `Jupyter.display` is unknown
  test_clear_output       there is no such message
  test_is_complete        never "invalid"; an open comment or template counts as complete
and of those that are added below the suite's own:
  test_true_versions      says TypeScript 3.7.2 and tslab 1.0.0
  test_execution_count    no `execute_input`
  test_error_reply_is_full, test_display_bundle (one MIME type per display), test_silent (prints all the same),
  test_comm_info          answers with a `complete_reply`
"""

import os
import unittest

import jupyter_kernel_test


class Protocol(jupyter_kernel_test.KernelTests):
    kernel_name = os.environ.get("KERNEL", "deepnets")
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = 'console.log("hello, world")'
    code_stderr = 'console.error("on stderr");'
    completion_samples = [{"text": 'const text = "a"; text.toUpp', "matches": {"toUpperCase"}}, {"text": "Math."}]
    complete_code_samples = [
        "1 + 1",
        "const a = [1, 2];",
        "function f() {\n  return 1;\n}",
        "await Promise.resolve(1)",
        "",
    ]
    incomplete_code_samples = ["function f() {", "const a = [1,", "const t = `one", "/* a comment", "f("]
    invalid_code_samples = ["const = 1;", "let a b;", "1 +* 2", "function 3() {}"]
    code_generate_error = 'throw new Error("boom")'
    code_execute_result = [
        {"code": "1 + 2", "result": "3"},
        {"code": '"a" + "b"', "result": "'ab'"},
        {"code": "await Promise.resolve(42)", "result": "42"},
        {
            "code": "({ [Symbol.for('Jupyter.display')]: () => ({ 'text/html': '<b>x</b>' }) })",
            "mime": "text/html",
            "result": "<b>x</b>",
        },
    ]
    code_display_data = [
        {"code": 'import { display } from "tslab"; display.html("<b>1</b>");', "mime": "text/html"},
        {"code": 'import { newDisplay } from "tslab"; newDisplay().png(Buffer.from("x"));', "mime": "image/png"},
    ]
    code_inspect_sample = "Math.max"
    code_clear_output = 'globalThis[Symbol.for("deepnets.kernel")].clearOutput({ wait: true });'

    @classmethod
    def setUpClass(cls):
        """The suite waits 0.1 s for each message of a cell, and takes a channel that is still for so long for empty."""
        super().setUpClass()
        get = cls.kc.iopub_channel.get_msg
        cls.kc.iopub_channel.get_msg = lambda timeout=15: get(timeout=max(timeout, 15))

    def flush_channels(self):
        last = self.kc.kernel_info()

        def read(get, ends):
            while True:
                message = get(timeout=15)
                if message["parent_header"].get("msg_id") != last:
                    jupyter_kernel_test.validate_message(message)
                elif ends(message):
                    return

        read(self.kc.get_shell_msg, lambda _: True)
        read(self.kc.get_iopub_msg, lambda message: message["content"].get("execution_state") == "idle")

    def test_true_versions(self):
        self.flush_channels()
        self.kc.kernel_info()
        info = self.kc.get_shell_msg(timeout=15)["content"]
        self.assertEqual(info["language_info"]["version"], "5.9.3")
        self.assertEqual(info["implementation_version"], "1.0.22")

    def test_execution_count(self):
        self.flush_channels()
        counts = []
        for _ in range(2):
            self.kc.execute("1")
            reply = self.get_non_kernel_info_reply(timeout=15)
            messages = self.drain()
            self.assertEqual(
                [m["content"]["execution_count"] for m in messages if m["msg_type"] == "execute_input"],
                [reply["content"]["execution_count"]],
            )
            counts.append(reply["content"]["execution_count"])
        self.assertEqual(counts[1], counts[0] + 1)

    def test_error_reply_is_full(self):
        self.flush_channels()
        reply, outputs = self.execute_helper("const a = 1;\nthrow new RangeError('too far')")
        error = outputs[0]["content"]
        self.assertEqual((error["ename"], error["evalue"]), ("RangeError", "too far"))
        self.assertIn("line 2, column 7", "\n".join(error["traceback"]))
        self.assertEqual({key: reply["content"][key] for key in ("ename", "evalue", "traceback")}, error)
        self.assertEqual(reply["content"]["line"], 2)

    def test_comm_info(self):
        self.flush_channels()
        self.kc.comm_info()
        self.assertEqual(self.get_non_kernel_info_reply(timeout=15)["header"]["msg_type"], "comm_info_reply")

    def test_silent(self):
        self.flush_channels()
        reply, outputs = self.execute_helper("console.log(1); 2", silent=True)
        self.assertEqual((reply["content"]["status"], outputs), ("ok", []))

    def test_display_bundle(self):
        self.flush_channels()
        code = """globalThis[Symbol.for("deepnets.kernel")].display(
          { data: { "text/html": "<i>a</i>", "text/plain": "a" }, metadata: { "text/html": { isolated: true } } },
          { displayId: "d1" });
        globalThis[Symbol.for("deepnets.kernel")].display(
          { data: { "text/plain": "b" } }, { displayId: "d1", update: true });"""
        _, outputs = self.execute_helper(code)
        self.assertEqual([m["msg_type"] for m in outputs], ["display_data", "update_display_data"])
        self.assertEqual(set(outputs[0]["content"]["data"]), {"text/html", "text/plain"})
        self.assertEqual(outputs[0]["content"]["metadata"], {"text/html": {"isolated": True}})
        self.assertEqual([m["content"]["transient"]["display_id"] for m in outputs], ["d1", "d1"])

    def drain(self):
        messages = []
        while not messages or messages[-1]["content"].get("execution_state") != "idle":
            messages.append(self.kc.get_iopub_msg(timeout=5))
        return messages


if __name__ == "__main__":
    unittest.main(verbosity=2)
