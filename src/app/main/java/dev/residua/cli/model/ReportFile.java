package dev.residua.cli.model;

import dev.residua.app.process.ProgramName;
import dev.residua.causal.LatentDecoder;
import dev.residua.causal.ResidualScorer;
import dev.residua.cli.console.ProgressBar;
import dev.residua.dataset.FrameDataset;
import dev.residua.dl4j.PlanBuilder;
import dev.residua.model.AtomicFile;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.NetworkPlan;
import dev.residua.onnx.OnnxEngine;
import dev.residua.onnx.OnnxLatentDecoder;
import dev.residua.report.HtmlReport;
import dev.residua.report.ModelReport;
import dev.residua.report.ModelReports;
import dev.residua.runtime.BundleOpener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** Writes the report of a model. */
final class ReportFile {
  private static final String BUNDLE = ".residua";
  private static final String PAGE = ".html";

  private ReportFile() {}

  /** {@code mine.html} for {@code mine.residua}. */
  static Path nextTo(Path bundle) {
    String name = String.valueOf(bundle.getFileName());
    String stem = name.endsWith(BUNDLE) ? name.substring(0, name.length() - BUNDLE.length()) : name;
    return bundle.resolveSibling(stem + PAGE);
  }

  /**
   * Writes the page as an atomic file, which may replace an older one.
   *
   * @param threads threads inside the network
   * @throws IllegalArgumentException if the set does not suit the model or the bundle is damaged
   */
  static void write(ModelBundle bundle, FrameDataset set, Path file, int threads)
      throws IOException, BadBundleException {
    String page = ProgramName.in(HtmlReport.render(report(bundle, set, threads)));
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, out -> out.write(bytes));
  }

  private static ModelReport report(ModelBundle bundle, FrameDataset set, int threads)
      throws BadBundleException {
    List<String> factors =
        set.factors().stream()
            .filter(name -> set.labels().has(name) && set.labels().isNumeric(name))
            .filter(
                name ->
                    bundle.manifest().latents().stream()
                        .noneMatch(latent -> latent.categorical() && latent.name().equals(name)))
            .toList();
    try (ResidualScorer scorer = BundleOpener.scorer(bundle, threads);
        LatentDecoder drawer = OnnxLatentDecoder.of(bundle.network());
        ProgressBar bar = new ProgressBar("report")) {
      byte[] weights = bundle.entry(ModelBundle.WEIGHTS);
      NetworkPlan network =
          PlanBuilder.network(weights).withDistributions(bundle.network().distributions());
      try (ResidualScorer encoder = network.scorer(plan -> new OnnxEngine(plan, threads));
          LatentDecoder decoder = OnnxLatentDecoder.of(network)) {
        return ModelReports.of(
            bundle,
            set,
            factors,
            scorer,
            drawer,
            new ModelReports.Network(encoder, decoder),
            bar::update);
      }
    }
  }
}
