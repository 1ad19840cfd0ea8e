package dev.residua.model;

import dev.residua.causal.CausalGraph;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Difference between two models, for people. Latents with the same name are compared.
 *
 * @param from id of the one
 * @param to id of the other
 * @param latentsGone names that only the first has
 * @param latentsNew names that only the second has
 * @param edges edges that are not the same in both, with their confidence on either side
 * @param settings hyper-parameters and the like that differ, the first's and the second's
 * @param figures figures that differ
 */
public record BundleDifference(
    String from,
    String to,
    List<String> latentsGone,
    List<String> latentsNew,
    List<EdgeDifference> edges,
    Map<String, List<@Nullable String>> settings,
    Map<String, List<@Nullable Double>> figures) {

  /**
   * An edge on either side.
   *
   * @param cause name of the cause
   * @param effect name of the effect
   * @param before its confidence in the first model, null if it is absent
   * @param after its confidence in the second model, null if it is absent
   */
  public record EdgeDifference(
      String cause, String effect, @Nullable Double before, @Nullable Double after) {}

  public static BundleDifference between(ModelBundle one, ModelBundle other) {
    BundleManifest a = one.manifest();
    BundleManifest b = other.manifest();
    List<String> gone = new ArrayList<>(a.nodeNames());
    gone.removeAll(b.nodeNames());
    List<String> added = new ArrayList<>(b.nodeNames());
    added.removeAll(a.nodeNames());
    return new BundleDifference(
        one.id(),
        other.id(),
        gone,
        added,
        edges(one.graph(), other.graph()),
        different(settings(a), settings(b)),
        different(a.provenance().metrics(), b.provenance().metrics()));
  }

  private static List<EdgeDifference> edges(CausalGraph one, CausalGraph other) {
    Map<List<String>, Double> before = byNames(one);
    Map<List<String>, Double> after = byNames(other);
    List<EdgeDifference> result = new ArrayList<>();
    Map<List<String>, Boolean> all = new LinkedHashMap<>();
    before.keySet().forEach(edge -> all.put(edge, true));
    after.keySet().forEach(edge -> all.put(edge, true));
    for (List<String> edge : all.keySet()) {
      Double was = before.get(edge);
      Double is = after.get(edge);
      if (was == null || is == null || Math.abs(was - is) > 1e-9) {
        result.add(new EdgeDifference(edge.get(0), edge.get(1), was, is));
      }
    }
    return result;
  }

  private static Map<List<String>, Double> byNames(CausalGraph graph) {
    Map<List<String>, Double> edges = new LinkedHashMap<>();
    graph
        .edgeList()
        .forEach(e -> edges.put(List.of(graph.name(e.from()), graph.name(e.to())), e.confidence()));
    return edges;
  }

  private static Map<String, String> settings(BundleManifest manifest) {
    ModelProvenance p = manifest.provenance();
    Map<String, String> all = new TreeMap<>(p.hyperParameters());
    all.put("architecture", manifest.architecture());
    all.put("image", manifest.image().toString());
    all.put("data", p.data() + ", " + p.dataRange());
    all.put("dataSha256", p.dataSha256());
    all.put("labelledFrames", Integer.toString(p.labelledFrames()));
    all.put("seed", Long.toString(p.seed()));
    all.put("code", p.codeVersion());
    return all;
  }

  private static <V> Map<String, List<@Nullable V>> different(
      Map<String, V> one, Map<String, V> other) {
    Map<String, List<@Nullable V>> result = new TreeMap<>();
    TreeSet<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    for (String name : names) {
      V a = one.get(name);
      V b = other.get(name);
      if (a == null || !a.equals(b)) {
        List<@Nullable V> both = new ArrayList<>();
        both.add(a);
        both.add(b);
        result.put(name, both);
      }
    }
    return result;
  }

  /** One line per difference, for people. */
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("from  " + from);
    lines.add("to    " + to);
    latentsGone.forEach(name -> lines.add("latent %s is gone".formatted(name)));
    latentsNew.forEach(name -> lines.add("latent %s is new".formatted(name)));
    for (EdgeDifference edge : edges) {
      lines.add(
          "edge %s -> %s: %s, %s"
              .formatted(
                  edge.cause(),
                  edge.effect(),
                  confidence(edge.before()),
                  confidence(edge.after())));
    }
    settings.forEach(
        (name, both) -> lines.add("%s: %s, %s".formatted(name, both.get(0), both.get(1))));
    figures.forEach(
        (name, both) ->
            lines.add("%s: %s, %s".formatted(name, figure(both.get(0)), figure(both.get(1)))));
    if (lines.size() == 2) {
      lines.add("no difference but the id");
    }
    return lines;
  }

  private static String confidence(@Nullable Double share) {
    return share == null ? "absent" : "%.0f %% sure".formatted(100 * share);
  }

  private static String figure(@Nullable Double value) {
    return value == null ? "none" : "%.5g".formatted(value);
  }
}
