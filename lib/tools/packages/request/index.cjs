// Replaces the package request, which has open holes and no maintainer. Only danfojs-node uses it, to read a table from
// a web address: request.get(url) and request({ url, method, headers }) return a stream that reports the response.
const { PassThrough, Readable } = require("node:stream");

function request(options) {
  const { url, method, headers } = typeof options === "string" ? { url: options } : options;
  const body = new PassThrough();
  fetch(url, { method, headers }).then(
    (answer) => {
      body.emit("response", { statusCode: answer.status, statusMessage: answer.statusText });
      if (!answer.body) return body.end();
      Readable.fromWeb(answer.body)
        .on("error", (error) => body.destroy(error))
        .pipe(body);
    },
    // danfojs-node listens to no error, which would end the process, but refuses an answer of this kind with its text.
    (error) => {
      body.emit("response", { statusCode: 0, statusMessage: error.cause?.message ?? error.message });
      body.end();
    },
  );
  return body;
}

module.exports = Object.assign(request, { get: request });
