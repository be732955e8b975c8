// Say so while the device is offline: what is on the page may be old.
export function startNetworkNotice() {
  const notice = document.querySelector("[data-offline]");
  const show = () => {
    if (notice) notice.hidden = navigator.onLine;
  };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
}
