package dev.residua.bench.experiment;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures by dotted name in the nested maps that an evaluation gives. */
record Figures(Map<String, Object> all) {
  boolean has(String name) {
    return find(name) instanceof Number;
  }

  double get(String name) {
    return find(name) instanceof Number number ? number.doubleValue() : Double.NaN;
  }

  Map<String, Double> columns(String... namesAndColumns) {
    Map<String, Double> row = new LinkedHashMap<>();
    for (int i = 0; i < namesAndColumns.length; i += 2) {
      row.put(namesAndColumns[i + 1], get(namesAndColumns[i]));
    }
    return row;
  }

  int[] matching(List<String> factors, List<String> latents) {
    int[] found = new int[factors.size()];
    for (int f = 0; f < found.length; f++) {
      Object name = find("matching." + factors.get(f));
      found[f] = name instanceof String text ? latents.indexOf(text) : -1;
    }
    return found;
  }

  private @Nullable Object find(String name) {
    Object at = all;
    for (String part : name.split("\\.")) {
      if (!(at instanceof Map<?, ?> map)) {
        return null;
      }
      at = map.get(part);
    }
    return at;
  }
}
