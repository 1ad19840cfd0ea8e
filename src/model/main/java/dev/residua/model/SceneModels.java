package dev.residua.model;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Shadow;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The models of one scene: the active one of each partition, and those before it. Immutable; a part
 * of a {@link ModelRegistry}.
 *
 * <p>A frame is scored by the model of the activation with the highest number that begins at or
 * before its offset on its partition: the same frames give the same models, however often they are
 * read.
 */
public final class SceneModels {
  static final SceneModels NONE = new SceneModels(new TreeMap<>(), Map.of(), null);

  private final NavigableMap<Long, Activation> activations;
  private final Map<Integer, NavigableMap<Long, Long>> starts; // partition -> number -> offset
  private final @Nullable Shadow shadow;

  SceneModels(
      NavigableMap<Long, Activation> activations,
      Map<Integer, NavigableMap<Long, Long>> starts,
      @Nullable Shadow shadow) {
    this.activations = activations;
    this.starts = starts;
    this.shadow = shadow;
  }

  /** All activations that count, oldest first. */
  public List<Activation> activations() {
    return List.copyOf(activations.values());
  }

  boolean contains(long number) {
    return activations.containsKey(number);
  }

  /** The last decision. It may not hold on every partition yet. */
  public Optional<Activation> active() {
    return Optional.ofNullable(activations.isEmpty() ? null : activations.lastEntry().getValue());
  }

  /** The challenger, if there is one; the caller checks its period. */
  public Optional<Shadow> shadow() {
    return Optional.ofNullable(shadow);
  }

  /**
   * The activation that applies to a frame of the scene. If those that did are no longer kept, the
   * oldest that is.
   *
   * @return empty if nothing was ever activated
   */
  public Optional<Activation> at(int partition, long offset) {
    NavigableMap<Long, Long> offsets =
        starts.getOrDefault(partition, Collections.emptyNavigableMap());
    for (Activation activation : activations.descendingMap().values()) {
      Long start = offsets.get(activation.number());
      if (start != null && start <= offset) {
        return Optional.of(activation);
      }
    }
    return Optional.ofNullable(activations.isEmpty() ? null : activations.firstEntry().getValue());
  }

  /** The last decision, if it does not apply to a partition yet. */
  public Optional<Activation> pending(int partition) {
    return active()
        .filter(last -> last.kind() != Activation.Kind.INITIAL || activations.size() > 1)
        .filter(
            last ->
                !starts
                    .getOrDefault(partition, Collections.emptyNavigableMap())
                    .containsKey(last.number()));
  }

  /**
   * The model to go back to: that which held before the active one was promoted. Going back twice
   * goes two promotions back.
   */
  public Optional<String> previous() {
    Deque<String> stack = new ArrayDeque<>();
    for (Activation activation : activations.values()) {
      if (activation.kind() == Activation.Kind.ROLLBACK && stack.contains(activation.modelId())) {
        while (!activation.modelId().equals(stack.peek())) {
          stack.pop();
        }
      } else if (!activation.modelId().equals(stack.peek())) {
        stack.push(activation.modelId());
      }
    }
    if (!stack.isEmpty()) {
      stack.pop();
    }
    return Optional.ofNullable(stack.peek());
  }

  /**
   * Number of the oldest activation that is still needed: for the stored frames, or to go back to.
   *
   * @param firstStored offset of the first stored frame of each partition
   */
  long oldestNeeded(Map<Integer, Long> firstStored) {
    Stream<Activation> stored =
        firstStored.entrySet().stream()
            .flatMap(first -> at(first.getKey(), first.getValue()).stream());
    return Stream.of(active().stream(), previousActivation().stream(), stored)
        .flatMap(needed -> needed)
        .mapToLong(Activation::number)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private Optional<Activation> previousActivation() {
    return previous()
        .flatMap(
            id ->
                activations.descendingMap().values().stream()
                    .filter(one -> one.modelId().equals(id))
                    .findFirst());
  }
}
