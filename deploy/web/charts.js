// Draws what a table tells, above it: the table stays, and is all there is without scripts.
// A table says which pictures it has (data-charts="sankey chord"), its cells what they count
// (data-from, data-to, data-count). Colours are the page's own, safe for colour-blind eyes.
(() => {
  const colours = () => {
    const style = getComputedStyle(document.documentElement);
    const one = (name) => style.getPropertyValue(name).trim();
    return {
      ink: one("--ink"), soft: one("--soft"), line: one("--line"), paper: one("--paper"),
      series: ["--c1", "--c2", "--c3", "--c4", "--c5", "--c6", "--c7", "--c8"].map(one),
    };
  };
  // What a colour variable says may depend on the scheme: ask the browser what it comes to.
  const resolved = (value) => {
    const probe = document.createElement("i");
    probe.style.color = value;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  };
  const cells = (table) =>
    [...table.querySelectorAll("[data-count]")]
      .map((cell) => ({ from: cell.dataset.from, to: cell.dataset.to, count: Number(cell.dataset.count) }))
      .filter((cell) => cell.count > 0);
  const told = (number) => number.toLocaleString("ja-JP");

  // Of many places those between which most goes stand by themselves, the others together: names
  // that lie upon one another tell nothing. The table has them all.
  const MOST_PLACES = 12;
  const gathered = (links, sides) => {
    const weight = new Map();
    for (const link of links) for (const side of sides) weight.set(link[side], (weight.get(link[side]) ?? 0) + link.count);
    if (weight.size <= MOST_PLACES + 1) return links;
    const kept = new Set([...weight].sort((one, two) => two[1] - one[1]).slice(0, MOST_PLACES).map(([name]) => name));
    const rest = weight.size - kept.size;
    const others = document.documentElement.lang === "ja" ? `ほか${rest}か所` : `${rest} others`;
    const summed = new Map();
    for (const link of links) {
      const one = { ...link };
      for (const side of sides) if (!kept.has(one[side])) one[side] = others;
      const key = `${one.from}\n${one.to}`;
      summed.set(key, { ...one, count: (summed.get(key)?.count ?? 0) + one.count });
    }
    const last = (one) => sides.filter((side) => one[side] === others).length;
    return [...summed.values()].sort((one, two) => last(one) - last(two));
  };

  const sankey = (every, look) => {
    const links = gathered(gathered(every, ["from"]), ["to"]);
    const origins = [...new Set(links.map((link) => link.from))];
    const places = [...new Set(links.map((link) => link.to))];
    const all = [...new Set([...origins, ...places])];
    const tint = (name) => look.series[all.indexOf(name) % look.series.length];
    return {
      series: [{
        type: "sankey", left: 8, right: 150, top: 8, bottom: 8, nodeGap: 14, draggable: false,
        emphasis: { focus: "adjacency" },
        label: { color: look.ink, fontSize: 13, formatter: (node) => node.name.slice(1) },
        lineStyle: { color: "source", opacity: .35, curveness: .5 },
        data: [
          ...origins.map((name) => ({ name: `<${name}`, itemStyle: { color: tint(name) } })),
          ...places.map((name) => ({ name: `>${name}`, itemStyle: { color: tint(name) } })),
        ],
        links: links.map((link) => ({ source: `<${link.from}`, target: `>${link.to}`, value: link.count })),
      }],
    };
  };
  const chord = (every, look) => {
    const links = gathered(every, ["from", "to"]);
    const all = [...new Set(links.flatMap((link) => [link.from, link.to]))];
    return {
      series: [{
        type: "chord", radius: ["62%", "68%"], padAngle: 3, minAngle: 4,
        label: { show: true, color: look.ink, fontSize: 13 },
        lineStyle: { color: "source", opacity: .3 },
        data: all.map((name, n) => ({ name, itemStyle: { color: look.series[n % look.series.length] } })),
        links: links.map((link) => ({ source: link.from, target: link.to, value: link.count })),
      }],
    };
  };
  // Over time or over the hours: the series stand in data-from, what they run along in data-to. A cell
  // that tells nothing is a gap. Beyond seven series the smaller ones are one, so that the sum stays.
  const SHAPES = ["circle", "rect", "triangle", "diamond", "roundRect", "pin", "arrow", "circle"];
  const DASHES = ["solid", "dashed", "dotted", [8, 3, 2, 3]];
  const lined = (table) => {
    const told = [...table.querySelectorAll("[data-from][data-to]")];
    const along = [...new Set(told.map((cell) => cell.dataset.to))];
    const series = new Map();
    for (const cell of told) {
      const { from, to, count, unit } = cell.dataset;
      if (!series.has(from)) series.set(from, { name: from, unit, counts: along.map(() => null) });
      if (count !== undefined) series.get(from).counts[along.indexOf(to)] = Number(count);
    }
    return { along, series: [...series.values()] };
  };
  const MOST = 7;
  const few = (series) => {
    if (series.length <= MOST + 1) return series;
    const sum = (one) => one.counts.reduce((all, count) => all + (count ?? 0), 0);
    const sorted = [...series].sort((one, other) => sum(other) - sum(one));
    const rest = sorted.slice(MOST);
    const counts = rest[0].counts.map((_, at) => rest.reduce((all, one) => all + (one.counts[at] ?? 0), 0));
    return [...sorted.slice(0, MOST), { name: document.documentElement.lang === "ja" ? "その他" : "others", unit: rest[0].unit, counts }];
  };
  const short = (count) => {
    if (document.documentElement.lang !== "ja") return count.toLocaleString("en", { notation: "compact" });
    return Math.abs(count) >= 1e8 ? `${told(count / 1e8)}億` : Math.abs(count) >= 1e4 ? `${told(count / 1e4)}万` : told(count);
  };
  const axes = (along, look, at) => ({
    xAxis: { type: "category", data: along, gridIndex: at, axisLabel: { color: look.soft, hideOverlap: true }, axisLine: { lineStyle: { color: look.line } }, axisTick: { show: false } },
    yAxis: { type: "value", gridIndex: at, minInterval: 1, axisLabel: { color: look.soft, formatter: short, hideOverlap: true }, splitLine: { lineStyle: { color: look.line } } },
  });
  const over = (shape) => (_, look, table) => {
    const { along, series } = lined(table);
    const shown = shape === "line" ? series.slice(0, MOST + 1) : few(series);
    return {
      aria: { enabled: true, decal: { show: shape === "bar" } },
      color: look.series,
      legend: { top: 0, type: "scroll", textStyle: { color: look.ink }, pageTextStyle: { color: look.ink } },
      grid: { left: 64, right: 16, top: 44, bottom: 32 },
      tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
      ...axes(along, look, 0),
      series: shown.map((one, n) => ({
        name: one.name, data: one.counts, type: shape === "bar" ? "bar" : "line", barMaxWidth: 40,
        stack: shape === "bar" ? "all" : undefined, symbol: SHAPES[n % 8], symbolSize: 7,
        lineStyle: { type: DASHES[n % 4], width: 2.5 }, areaStyle: shape === "curve" && !n ? { opacity: .15 } : undefined,
      })),
    };
  };
  // One small picture for each series, since their units differ.
  const TALL = 150;
  const lines = (_, look, table) => {
    const { along, series } = lined(table);
    const each = series.map((one, n) => axes(along, look, n));
    return {
      aria: { enabled: true },
      color: look.series,
      tooltip: { trigger: "axis" },
      title: series.map((one, n) => ({ text: document.documentElement.lang === "ja" ? `${one.name}（${one.unit}）` : `${one.name} (${one.unit})`, left: 0, top: n * TALL, textStyle: { color: look.ink, fontSize: 13 } })),
      grid: series.map((_, n) => ({ left: 64, right: 16, top: n * TALL + 30, height: TALL - 66 })),
      xAxis: each.map((one) => one.xAxis),
      yAxis: each.map((one) => one.yAxis),
      series: series.map((one, n) => ({ name: one.name, data: one.counts, type: "line", xAxisIndex: n, yAxisIndex: n, symbol: SHAPES[n % 8], symbolSize: 6, lineStyle: { width: 2.5 } })),
    };
  };
  const axial = (ones) => [ones[0].axisValueLabel, ...ones.filter((one) => one.value !== null && one.value !== undefined).map((one) => `${one.seriesName}  ${told(one.value)}`)].join("\n");
  const drawings = { sankey, chord, line: over("line"), bar: over("bar"), curve: over("curve"), lines };
  const AXIAL = ["line", "bar", "curve", "lines"];

  const draw = (table) => {
    const links = cells(table);
    const kinds = table.dataset.charts.split(" ");
    if (!links.length) return;
    const raw = colours();
    const look = { ...raw, ink: resolved(raw.ink), soft: resolved(raw.soft), line: resolved(raw.line), series: raw.series.map(resolved) };
    for (const kind of kinds) {
      const figure = document.querySelector(`[data-chart="${kind}"][data-of="${table.id}"]`);
      if (!figure) continue;
      figure.hidden = false;
      const room = figure.querySelector("div");
      if (kind === "lines") room.style.height = `${TALL * lined(table).series.length}px`;
      const picture = echarts.getInstanceByDom(room) || echarts.init(room, null, { renderer: "canvas" });
      const drawn = drawings[kind](links, look, table);
      picture.resize();
      picture.setOption({
        animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
        animationDuration: 500,
        textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
        ...drawn,
        tooltip: {
          renderMode: "richText", confine: true, ...drawn.tooltip,
          formatter: AXIAL.includes(kind) ? axial : (one) => one.data.source !== undefined
            ? `${one.data.source.replace(/^</, "")} → ${one.data.target.replace(/^>/, "")}  ${told(one.value)}`
            : `${one.name.replace(/^[<>]/, "")}  ${told(one.value ?? 0)}`,
        },
      }, true);
    }
  };
  const all = () => document.querySelectorAll("table[data-charts]").forEach(draw);
  addEventListener("DOMContentLoaded", all);
  addEventListener("htmx:afterSettle", all); // a part of the page was loaded anew
  addEventListener("resize", () => document.querySelectorAll("[data-chart] div").forEach((room) => echarts.getInstanceByDom(room)?.resize()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
})();
