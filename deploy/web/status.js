// The slider of the status page says which minute it stands at; letting go of it leads there.
(() => {
  const told = (minute) => `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
  addEventListener("DOMContentLoaded", () => {
    for (const form of document.querySelectorAll("form[data-minute]")) {
      const slider = form.elements.minute;
      slider.addEventListener("input", () => {
        form.querySelector("output").textContent = told(Number(slider.value));
        slider.setAttribute("aria-valuetext", told(Number(slider.value)));
      });
    }
  });
})();
