package dev.residua.dashboard;

import dev.residua.causal.CausalGraph;
import dev.residua.causal.FactorScales;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * A latent that too many of the last frames of a source do not show.
 *
 * @param since capture time of the first of them
 * @param frames how many of the last 32 do not show it
 * @param lastValue before, in the unit of its factor; empty if this process knows no earlier frame
 * @param effects latents that it causes
 */
record UnreadableLatent(
    String name, Instant since, int frames, String lastValue, List<String> effects) {
  UnreadableLatent {
    effects = List.copyOf(effects);
  }

  static UnreadableLatent of(
      CausalGraph graph, FactorScales factors, int latent, LastReading reading) {
    return new UnreadableLatent(
        graph.name(latent),
        Objects.requireNonNull(reading.since()),
        reading.frames(),
        Float.isNaN(reading.value())
            ? ""
            : factors.number(latent, factors.inUnit(latent, reading.value())),
        IntStream.range(0, graph.size())
            .filter(i -> IntStream.of(graph.parents(i)).anyMatch(parent -> parent == latent))
            .mapToObj(graph::name)
            .toList());
  }
}
