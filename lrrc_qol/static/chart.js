// Draws each .chart from the figure in its data attribute, once it comes into view; the tables say the same without it.
(function () {
  "use strict";

  function draw(box) {
    if (box.dataset.drawn || typeof Plotly === "undefined") {
      return;
    }
    box.dataset.drawn = "yes";
    var figure = JSON.parse(box.dataset.figure);
    var config = JSON.parse(box.closest("[data-chart-config]").dataset.chartConfig);
    box.textContent = "";
    Plotly.newPlot(box, figure.data, figure.layout, config);
    offerPictures(box);
  }

  function offerPictures(box) {
    var row = box.parentElement.querySelector("[data-picture]");
    if (!row) {
      return;
    }
    row.parentElement.hidden = false;
    row.parentElement.addEventListener("click", function (event) {
      var format = event.target.dataset.picture;
      if (format) {
        Plotly.downloadImage(box, { format: format, filename: box.dataset.name, width: 1000, height: 600, scale: 2 });
      }
    });
  }

  var boxes = Array.prototype.slice.call(document.querySelectorAll(".chart[data-figure]"));
  if (!("IntersectionObserver" in window)) {
    boxes.forEach(draw);
    return;
  }
  var watch = new IntersectionObserver(
    function (entries) {
      entries.forEach(function (entry) {
        if (entry.isIntersecting) {
          watch.unobserve(entry.target);
          draw(entry.target);
        }
      });
    },
    { rootMargin: "300px" }
  );
  boxes.forEach(function (box) {
    watch.observe(box);
  });
  window.addEventListener("beforeprint", function () {
    boxes.forEach(draw);
  });
})();
