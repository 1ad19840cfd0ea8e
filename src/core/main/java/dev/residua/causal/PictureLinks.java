package dev.residua.causal;

import dev.residua.frame.FramePosition;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;

/** Links to pictures of a finding, relative to the address of the dashboard. */
public final class PictureLinks {
  /** Purpose of the frame itself. */
  public static final String FRAME = "frame";

  /** Purpose of the picture that the causes explain. */
  public static final String EXPECTED = "expected";

  /** Start of the purpose of a heat map; the latent's name follows. */
  public static final String HEATMAP = "heatmap:";

  private PictureLinks() {}

  /**
   * Links by purpose: {@link #EXPECTED}, the picture with every caused latent as its causes explain
   * it and every root as it was seen, and for each cause {@link #HEATMAP}, the effect of its
   * deviation in the picture. Values are rounded to four decimals.
   *
   * @param modelId model that scored the frame
   * @param readings all latents of the frame, in the order of the graph
   * @param causes causes of the event
   * @return empty if a reading is not finite
   */
  public static Map<String, String> of(
      String modelId,
      CausalGraph graph,
      List<Finding.Reading> readings,
      List<Finding.Cause> causes) {
    if (readings.size() != graph.size()) {
      throw new IllegalArgumentException(
          "%d readings of a graph with %d latents".formatted(readings.size(), graph.size()));
    }
    StringJoiner observed = new StringJoiner(",");
    StringJoiner expected = new StringJoiner(",");
    StringJoiner explained = new StringJoiner(",");
    for (int i = 0; i < readings.size(); i++) {
      Finding.Reading reading = readings.get(i);
      if (!Float.isFinite(reading.observed()) || !Float.isFinite(reading.expected())) {
        return Map.of();
      }
      observed.add(rounded(reading.observed()));
      expected.add(rounded(reading.expected()));
      explained.add(rounded(graph.isRoot(i) ? reading.observed() : reading.expected()));
    }
    Map<String, String> links = new LinkedHashMap<>();
    String model = URLEncoder.encode(modelId, StandardCharsets.UTF_8);
    links.put(EXPECTED, "/api/pictures/decoded?model=%s&latents=%s".formatted(model, explained));
    for (Finding.Cause cause : causes) {
      links.put(
          HEATMAP + cause.latent(),
          "/api/pictures/heatmap?model=%s&observed=%s&expected=%s&latent=%s"
              .formatted(
                  model,
                  observed,
                  expected,
                  URLEncoder.encode(cause.latent(), StandardCharsets.UTF_8)));
    }
    return links;
  }

  /** Link to a stored frame as a model reads it. */
  public static String frame(String modelId, String source, FramePosition position) {
    return "/api/pictures/frame?model=%s&source=%s&partition=%d&offset=%d"
        .formatted(
            URLEncoder.encode(modelId, StandardCharsets.UTF_8),
            URLEncoder.encode(source, StandardCharsets.UTF_8),
            position.partition(),
            position.offset());
  }

  private static String rounded(float value) {
    return String.format(Locale.ROOT, "%.4f", value);
  }
}
