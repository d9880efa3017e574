// On the Bull board's page: when its requests are answered with 401 the session has ended, and a reload shows
// the login page.

const { send } = XMLHttpRequest.prototype;

XMLHttpRequest.prototype.send = function (...body) {
  this.addEventListener("load", () => {
    if (this.status === 401) location.reload();
  });
  return send.apply(this, body);
};
