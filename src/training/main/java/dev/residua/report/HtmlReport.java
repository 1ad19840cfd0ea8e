package dev.residua.report;

import dev.residua.causal.CausalGraph;
import dev.residua.frame.ImageShape;
import dev.residua.frame.PictureFiles;
import dev.residua.report.ModelReport.PictureRow;
import dev.residua.training.ModelVerdicts.Verdict;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Renders a {@link ModelReport} as one HTML page with embedded pictures. */
public final class HtmlReport {
  private static final int GAP = 2;
  private static final int PAGE_WIDTH = 948;
  private static final String STYLE =
      """
      body{font:15px/1.45 system-ui,sans-serif;color:#1c2430;max-width:980px;margin:24px auto;padding:0 16px}
      h1{font-size:22px}h2{font-size:17px;margin-top:32px;border-bottom:1px solid #d5dbe3}
      table{border-collapse:collapse;margin:8px 0}td,th{padding:2px 14px 2px 0;text-align:left;vertical-align:top}
      td{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}p{margin:6px 0;color:#445}
      td:first-child,th{white-space:nowrap}.warn{background:#fff3e0;border-left:4px solid #c2571a;padding:6px 12px;margin:8px 0}
      .verdict{display:grid;grid-template-columns:130px 90px 1fr;gap:2px 12px;align-items:baseline;border-left:4px solid;padding:6px 12px;margin:8px 0;background:#f6f8fa}
      .verdict p,.verdict code{grid-column:3;margin:0}.verdict p{grid-row:1}.verdict code{color:#556;font-size:13px}
      .verdict em{font-style:normal;font-weight:600}.good{border-color:#2e7d4f}.good em{color:#2e7d4f}
      .doubtful{border-color:#a86a00}.doubtful em{color:#a86a00}.bad{border-color:#b3261e}.bad em{color:#b3261e}
      summary{cursor:pointer;font-size:17px;font-weight:600;margin-top:32px}
      figure{margin:6px 0}figcaption{color:#566}img,svg{max-width:100%}.pix{image-rendering:pixelated}
      @media(max-width:720px){table{display:block;overflow-x:auto}.verdict{grid-template-columns:1fr auto}.verdict p,.verdict code{grid-column:1/-1;grid-row:auto}}
      """;

  private HtmlReport() {}

  /** The page as UTF-8 text, also well-formed XML. */
  public static String render(ModelReport report) {
    StringBuilder out = new StringBuilder(1 << 20);
    out.append(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"/>"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/><title>")
        .append(escape(report.title()))
        .append("</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>")
        .append(escape(report.title()))
        .append("</h1>");
    report.verdicts().forEach(verdict -> verdict(out, verdict));
    for (String warning : report.warnings()) {
      out.append("<p class=\"warn\">").append(escape(warning)).append("</p>");
    }
    heading(out, "Graph");
    paragraph(
        out,
        "The figure at an arrow is its confidence: the share of half-samples of the frames whose best graph has it, and 1 for an arrow that was given.");
    out.append(graph(report.graph()));
    pictures(out, report);
    charts(out, report);
    out.append("<details><summary>Details</summary>");
    facts(out, report);
    report.tables().forEach(table -> table(out, table));
    return out.append("</details></body></html>\n").toString();
  }

  private static void verdict(StringBuilder out, Verdict verdict) {
    out.append("<div class=\"verdict %s\">".formatted(verdict.grade().label()));
    element(out, "strong", capital(verdict.aspect().label()));
    element(out, "em", verdict.grade().label());
    element(out, "p", verdict.evidence());
    if (verdict.next() != null) {
      element(out, "code", "next: " + verdict.next());
    }
    out.append("</div>");
  }

  private static String capital(String word) {
    return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
  }

  private static void facts(StringBuilder out, ModelReport report) {
    out.append("<table>");
    report
        .facts()
        .forEach(
            (name, value) -> {
              element(out.append("<tr>"), "th", name);
              element(out, "td", value);
              out.append("</tr>");
            });
    out.append("</table>");
  }

  private static void charts(StringBuilder out, ModelReport report) {
    if (!report.losses().isEmpty()) {
      heading(out, "Training");
      chart(out, Charts.losses(report.losses()), Charts.WIDE, "losses over the training");
    }
    heading(out, "Residuals");
    paragraph(
        out,
        report.frames()
            + " In robust standard deviations of the calibration frames; values outside count at the ends.");
    List<String> names = report.graph().names();
    for (int j = 0; j < names.size(); j++) {
      int column = j;
      double[] values = Arrays.stream(report.residuals()).mapToDouble(row -> row[column]).toArray();
      chart(
          out,
          Charts.histogram(names.get(j), values),
          Charts.WIDTH,
          "histogram of the residual of " + names.get(j));
    }
    if (!report.pValues().isEmpty()) {
      heading(out, "Calibration");
      paragraph(
          out,
          report.frames()
              + " A line on the diagonal keeps every promised rate of false alarms, one above it alarms more often than promised.");
      chart(
          out,
          Charts.calibration(report.pValues(), 1),
          Charts.WIDTH,
          "distribution of p-values against their level");
      chart(
          out,
          Charts.calibration(report.pValues(), 0.02),
          Charts.WIDTH,
          "distribution of small p-values against their level");
    }
  }

  private static void pictures(StringBuilder out, ModelReport report) {
    String section = "";
    for (PictureRow row : report.pictures()) {
      if (!row.section().equals(section)) {
        section = row.section();
        heading(out, section);
      }
      out.append("<figure><figcaption>").append(escape(row.caption())).append("</figcaption>");
      int width = row.pixels().size() * (report.shape().width() + GAP);
      image(
          out,
          strip(row.pixels(), report.shape()),
          width * Math.max(1, PAGE_WIDTH / Math.max(1, width)),
          row.caption(),
          "class=\"pix\" ");
      out.append("</figure>");
    }
  }

  private static void table(StringBuilder out, ModelReport.Table table) {
    heading(out, table.title());
    if (!table.note().isEmpty()) {
      paragraph(out, table.note());
    }
    out.append("<table><tr>");
    table.columns().forEach(name -> element(out, "th", name));
    out.append("</tr>");
    for (List<String> row : table.rows()) {
      out.append("<tr>");
      row.forEach(cell -> element(out, "td", cell));
      out.append("</tr>");
    }
    out.append("</table>");
  }

  private static void heading(StringBuilder out, String text) {
    element(out, "h2", text);
  }

  private static void paragraph(StringBuilder out, String text) {
    element(out, "p", text);
  }

  private static void element(StringBuilder out, String tag, String text) {
    out.append("<%s>%s</%s>".formatted(tag, escape(text), tag));
  }

  private static void chart(StringBuilder out, byte[] png, int width, String alt) {
    image(out, png, width, alt, "");
  }

  private static void image(
      StringBuilder out, byte[] png, int width, String alt, String attributes) {
    String data = Base64.getEncoder().encodeToString(png);
    out.append(
        "<img %swidth=\"%d\" alt=\"%s\" src=\"data:image/png;base64,%s\"/>"
            .formatted(attributes, width, escape(alt), data));
  }

  /** Pictures side by side on white, as PNG. */
  static byte[] strip(List<byte[]> pictures, ImageShape shape) {
    int width = pictures.size() * (shape.width() + GAP);
    BufferedImage image = new BufferedImage(width, shape.height(), BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < pictures.size(); p++) {
      byte[] pixels = pictures.get(p);
      for (int y = 0; y < shape.height(); y++) {
        for (int x = 0; x < shape.width() + GAP; x++) {
          int rgb = 0xffffff;
          if (x < shape.width()) {
            int at = (y * shape.width() + x) * shape.channels();
            int red = pixels[at] & 0xff;
            int green = shape.channels() >= 3 ? pixels[at + 1] & 0xff : red;
            int blue = shape.channels() >= 3 ? pixels[at + 2] & 0xff : red;
            rgb = red << 16 | green << 8 | blue;
          }
          image.setRGB(p * (shape.width() + GAP) + x, y, rgb);
        }
      }
    }
    return PictureFiles.png(image);
  }

  /** Latents on a circle in causal order; the width of an arrow is the confidence of its edge. */
  static String graph(CausalGraph graph) {
    int d = graph.size();
    double[] x = new double[d];
    double[] y = new double[d];
    int[] order = graph.order();
    for (int k = 0; k < d; k++) {
      double angle = Math.PI * (-0.75 + 2.0 * k / d);
      x[order[k]] = 260 + 190 * Math.cos(angle);
      y[order[k]] = 130 + 95 * Math.sin(angle);
    }
    StringBuilder out =
        new StringBuilder(
            "<svg viewBox=\"0 0 520 260\" width=\"520\" height=\"260\" role=\"img\" aria-label=\"graph\">"
                + "<defs><marker id=\"a\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"9\""
                + " markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0L8 4L0 8z\" fill=\"#1f5fa8\"/></marker></defs>");
    for (CausalGraph.Edge edge : graph.edgeList()) {
      double dx = x[edge.to()] - x[edge.from()];
      double dy = y[edge.to()] - y[edge.from()];
      double length = Math.hypot(dx, dy);
      // Arrows end at the rim of the labels' ellipses.
      double cut = 1 / Math.max(1e-9, Math.hypot(dx / length / 66, dy / length / 18));
      // The figure stands above the visible part of its arrow, nearer to the beginning.
      double along = cut + 0.35 * (length - 2 * cut);
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#1f5fa8\" stroke-width=\"%.2f\" marker-end=\"url(#a)\"/>"
                  + "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" fill=\"#566\">%.2f</text>",
              x[edge.from()] + dx / length * cut,
              y[edge.from()] + dy / length * cut,
              x[edge.to()] - dx / length * cut,
              y[edge.to()] - dy / length * cut,
              0.5 + 2 * edge.confidence(),
              x[edge.from()] + dx / length * along + 4,
              y[edge.from()] + dy / length * along - 4,
              edge.confidence()));
    }
    for (int i = 0; i < d; i++) {
      out.append(
          String.format(
              Locale.ROOT,
              "<ellipse cx=\"%.1f\" cy=\"%.1f\" rx=\"66\" ry=\"18\" fill=\"#fff\" stroke=\"#1c2430\"/>"
                  + "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-size=\"13\">%s</text>",
              x[i],
              y[i],
              x[i],
              y[i] + 4,
              escape(graph.name(i))));
    }
    return out.append("</svg>").toString();
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
