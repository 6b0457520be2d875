// Charts are drawn from the tables that stand behind them: one truth, two ways to read it. Canvas only: the page allows no inline style.
"use strict";
window.gongmenCharts = (() => {
  const drawn = new Map();
  const cells = (table) => [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent.trim()));
  const heads = (table) => [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

  const shared = (element, dark) => {
    const ink = colour(element, "--tblr-secondary") || "#667382";
    return {
      ink,
      line: dark ? "#24344a" : "#e3e8ee",
      option: {
        animation: false,
        backgroundColor: "transparent",
        color: [dark ? "#4da3ff" : "#066fd1", dark ? "#8fa9c7" : "#8aa5c9"],
        textStyle: { color: ink, fontFamily: getComputedStyle(element).fontFamily, fontSize: dark ? 16 : 12 },
        tooltip: { trigger: "axis", renderMode: "richText" },
      },
    };
  };

  const curve = (element, table, dark) => {
    const { option, ink, line } = shared(element, dark);
    const rows = cells(table);
    const names = heads(table);
    return {
      ...option,
      legend: { top: 0, right: 0, textStyle: { color: ink } },
      grid: { left: 36, right: 12, top: 28, bottom: 24 },
      xAxis: { type: "category", data: rows.map((row) => row[0].replace(":00", "")), axisLabel: { color: ink, fontSize: dark ? 15 : 12 }, axisLine: { lineStyle: { color: line } } },
      yAxis: { type: "value", minInterval: 1, axisLabel: { color: ink, fontSize: dark ? 15 : 12 }, splitLine: { lineStyle: { color: line } } },
      series: [1, 2].map((column) => ({
        name: names[column], type: "line", smooth: true, symbol: "circle", symbolSize: 5, areaStyle: { opacity: column === 1 ? 0.18 : 0.08 },
        lineStyle: column === 2 ? { type: "dashed" } : {}, data: rows.map((row) => Number(row[column])),
      })),
    };
  };

  const bars = (element, table, dark) => {
    const { option, ink, line } = shared(element, dark);
    const rows = cells(table).slice(0, 10).reverse();
    const short = (name) => (name.length > 8 ? `${name.slice(0, 7)}…` : name);
    return {
      ...option,
      grid: { left: 8, right: 36, top: 4, bottom: 4, containLabel: true },
      xAxis: { type: "value", minInterval: 1, show: false, splitLine: { lineStyle: { color: line } } },
      yAxis: { type: "category", data: rows.map((row) => row[0]), axisLabel: { color: ink, fontSize: dark ? 15 : 12, formatter: short }, axisTick: { show: false }, axisLine: { show: false } },
      series: [{ type: "bar", barMaxWidth: 18, itemStyle: { borderRadius: 3 }, label: { show: true, position: "right", color: ink, fontSize: dark ? 16 : 12 }, data: rows.map((row) => Number(row[1])) }],
    };
  };

  const draw = (element, table) => {
    if (!window.echarts) return;
    const dark = Boolean(element.closest("[data-bs-theme=dark]"));
    const chart = drawn.get(element) || window.echarts.init(element, null, { renderer: "canvas" });
    drawn.set(element, chart);
    if (element.dataset.chart === "bars") {
      const rows = Math.min(Math.max(cells(table).length, 2), 10);
      element.style.height = dark ? "" : `${rows * 1.75 + 0.5}rem`;
      chart.resize();
    }
    chart.setOption({ curve, bars }[element.dataset.chart](element, table, dark), true);
  };

  addEventListener("resize", () => drawn.forEach((chart) => chart.resize()));
  return { draw };
})();
