package io.replicator.testing.benchmarks.wan;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lines over seconds as an SVG of its own making. */
final class Plot {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 360;
  private static final int LEFT = 64;
  private static final int RIGHT = 16;
  private static final int TOP = 36;
  private static final int BOTTOM = 40;
  private static final int TICKS = 5;
  private static final int LINE_HEIGHT = 15;
  private static final List<String> COLOURS =
      List.of("#d62728", "#ff7f0e", "#9467bd", "#8c564b", "#7f7f7f", "#bcbd22", "#17becf");
  private static final String OURS = "#1f77b4";

  private final String title;
  private final boolean logarithmic;
  private final Map<String, List<Staleness.Point>> lines;
  private final double mostSeconds;
  private final double least;
  private final double most;

  /**
   * @param logarithmic whether the upward axis is; values below 1 are drawn as 1 then
   * @param lines points by the name of the line; that of Replicator has a colour of its own
   */
  Plot(String title, boolean logarithmic, Map<String, List<Staleness.Point>> lines) {
    this.title = title;
    this.logarithmic = logarithmic;
    this.lines = lines;
    this.mostSeconds = nice(most(lines, false));
    double highest = most(lines, true);
    this.least = logarithmic ? 1 : 0;
    this.most =
        logarithmic ? Math.pow(10, Math.ceil(Math.log10(Math.max(10, highest)))) : nice(highest);
  }

  private static double most(Map<String, List<Staleness.Point>> lines, boolean values) {
    return lines.values().stream()
        .flatMap(List::stream)
        .mapToDouble(point -> values ? point.value() : point.seconds())
        .max()
        .orElse(1);
  }

  /** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
  static double nice(double value) {
    if (value <= 0) {
      return 1;
    }
    double power = Math.pow(10, Math.floor(Math.log10(value)));
    for (double step : new double[] {1, 2, 2.5, 5}) {
      if (value <= step * power * 1.0000001) {
        return step * power;
      }
    }
    return 10 * power;
  }

  String svg() {
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                + "font-family=\"sans-serif\" font-size=\"12\">\n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT));
    text(svg, WIDTH / 2.0, 20, "middle", title);
    axes(svg);
    int number = 0;
    for (Map.Entry<String, List<Staleness.Point>> line : lines.entrySet()) {
      String colour =
          line.getKey().startsWith("Replicator") && number == lines.size() - 1
              ? OURS
              : COLOURS.get(number % COLOURS.size());
      polyline(svg, colour, line.getValue());
      double y = TOP + 14 + number * LINE_HEIGHT;
      svg.append(
          String.format(
              Locale.ROOT,
              "<rect x=\"%d\" y=\"%.0f\" width=\"12\" height=\"4\" fill=\"%s\"/>\n",
              LEFT + 10,
              y - 6,
              colour));
      text(svg, LEFT + 28, y, "start", line.getKey());
      number++;
    }
    return svg.append("</svg>\n").toString();
  }

  private void axes(StringBuilder svg) {
    for (int i = 0; i <= TICKS; i++) {
      double seconds = mostSeconds * i / TICKS;
      text(svg, x(seconds), HEIGHT - BOTTOM + 18, "middle", Report.number(seconds) + " s");
    }
    int steps = logarithmic ? (int) Math.round(Math.log10(most / least)) : TICKS;
    for (int i = 0; i <= steps; i++) {
      double value = logarithmic ? least * Math.pow(10, i) : most * i / steps;
      double y = y(value);
      svg.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"#dddddd\"/>\n",
              LEFT,
              y,
              WIDTH - RIGHT,
              y));
      text(svg, LEFT - 6, y + 4, "end", Report.number(value));
    }
  }

  private void polyline(StringBuilder svg, String colour, List<Staleness.Point> points) {
    svg.append("<polyline fill=\"none\" stroke-width=\"1.5\" stroke=\"").append(colour);
    svg.append("\" points=\"");
    for (Staleness.Point point : points) {
      svg.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(point.seconds()), y(point.value())));
    }
    svg.append("\"/>\n");
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>\n",
            x,
            y,
            anchor,
            escaped));
  }

  private double x(double seconds) {
    return LEFT + (WIDTH - LEFT - RIGHT) * Math.max(0, seconds) / mostSeconds;
  }

  private double y(double value) {
    double share =
        logarithmic
            ? Math.log10(Math.max(least, value) / least) / Math.log10(most / least)
            : value / most;
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * Math.min(1, share);
  }
}
