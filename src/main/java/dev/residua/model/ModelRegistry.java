package dev.residua.model;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.RegistryRecord.Start;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All models, and which one is active where. Immutable: facts give a new registry.
 *
 * <p>A frame is scored by the model of the activation with the highest number that begins at or
 * before its offset on its partition: the same frames give the same models, however often they are
 * read.
 *
 * <p>An activation counts only while its model is in the registry with its digest. The order of the
 * two records does not matter: compaction moves an entry behind its activation when the model gets
 * a label or is published again, and every reader must get the same result.
 */
public final class ModelRegistry {
  /** The empty registry. */
  public static final ModelRegistry EMPTY =
      new ModelRegistry(new TreeMap<>(), new TreeMap<>(), new HashMap<>(), null);

  private final Map<String, Entry> entries;
  private final NavigableMap<Long, Activation> activations;
  private final NavigableMap<Long, Activation> counted = new TreeMap<>();
  private final Map<Integer, NavigableMap<Long, Long>> starts; // partition -> number -> offset
  private final @Nullable Shadow shadow;

  private ModelRegistry(
      Map<String, Entry> entries,
      NavigableMap<Long, Activation> activations,
      Map<Integer, NavigableMap<Long, Long>> starts,
      @Nullable Shadow shadow) {
    this.entries = entries;
    this.activations = activations;
    this.starts = starts;
    this.shadow = shadow;
    activations.forEach(
        (number, activation) -> {
          Entry entry = entries.get(activation.modelId());
          if (entry != null && entry.digest().equals(activation.digest())) {
            counted.put(number, activation);
          }
        });
  }

  /** The registry with further facts, in their order. */
  public ModelRegistry with(List<? extends RegistryRecord> facts) {
    if (facts.isEmpty()) {
      return this;
    }
    Map<String, Entry> nextEntries = new TreeMap<>(entries);
    NavigableMap<Long, Activation> nextActivations = new TreeMap<>(activations);
    Map<Integer, NavigableMap<Long, Long>> nextStarts = new HashMap<>();
    starts.forEach((partition, offsets) -> nextStarts.put(partition, new TreeMap<>(offsets)));
    Shadow nextShadow = shadow;
    for (RegistryRecord fact : facts) {
      if (fact instanceof Entry entry) {
        nextEntries.put(entry.id(), entry);
      } else if (fact instanceof Activation activation) {
        nextActivations.put(activation.number(), activation);
      } else if (fact instanceof Start start) {
        nextStarts
            .computeIfAbsent(start.partition(), p -> new TreeMap<>())
            .put(start.number(), start.offset());
      } else if (fact instanceof Shadow newShadow) {
        nextShadow = newShadow;
      } else {
        String key = fact.key();
        if (key.startsWith(Entry.PREFIX)) {
          nextEntries.remove(key.substring(Entry.PREFIX.length()));
        } else if (key.startsWith(Activation.PREFIX)) {
          nextActivations.remove(number(key.substring(Activation.PREFIX.length())));
        } else if (key.startsWith(Start.PREFIX)) {
          String[] parts = key.substring(Start.PREFIX.length()).split("/", -1);
          NavigableMap<Long, Long> offsets =
              parts.length == 2 ? nextStarts.get((int) number(parts[1])) : null;
          if (offsets != null) {
            offsets.remove(number(parts[0]));
          }
        } else if (key.equals(Shadow.KEY)) {
          nextShadow = null;
        }
      }
    }
    return new ModelRegistry(nextEntries, nextActivations, nextStarts, nextShadow);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      return -1; // of another version: no fact of ours has it
    }
  }

  /** All models, by id. */
  public List<Entry> entries() {
    return List.copyOf(entries.values());
  }

  public Optional<Entry> entry(String id) {
    return Optional.ofNullable(entries.get(id));
  }

  /** All activations that count, oldest first. */
  public List<Activation> activations() {
    return List.copyOf(counted.values());
  }

  /**
   * Activations of models that are not in the registry, or there with another digest, oldest first;
   * they have no effect.
   */
  public List<Activation> ignored() {
    return activations.values().stream().filter(one -> !counted.containsKey(one.number())).toList();
  }

  /** The last decision. It may not hold on every partition yet. */
  public Optional<Activation> active() {
    return Optional.ofNullable(counted.isEmpty() ? null : counted.lastEntry().getValue());
  }

  /** The challenger, if there is one; the caller checks its period. */
  public Optional<Shadow> shadow() {
    return Optional.ofNullable(shadow);
  }

  /** Offsets from which on an activation holds, by partition, where it has begun. */
  public Map<Integer, Long> starts(long number) {
    Map<Integer, Long> result = new TreeMap<>();
    starts.forEach(
        (partition, offsets) -> {
          Long offset = offsets.get(number);
          if (offset != null) {
            result.put(partition, offset);
          }
        });
    return result;
  }

  /**
   * The activation that holds for a frame. Where those that did are no longer kept, the oldest that
   * is.
   *
   * @return empty if nothing was ever activated
   */
  public Optional<Activation> at(int partition, long offset) {
    NavigableMap<Long, Long> offsets = starts.getOrDefault(partition, new TreeMap<>());
    for (Activation activation : counted.descendingMap().values()) {
      Long start = offsets.get(activation.number());
      if (start != null && start <= offset) {
        return Optional.of(activation);
      }
    }
    return Optional.ofNullable(counted.isEmpty() ? null : counted.firstEntry().getValue());
  }

  /** The last decision, where it does not hold on a partition yet. */
  public Optional<Activation> pending(int partition) {
    return active()
        .filter(last -> last.kind() != Activation.Kind.INITIAL || counted.size() > 1)
        .filter(
            last -> !starts.getOrDefault(partition, new TreeMap<>()).containsKey(last.number()));
  }

  /**
   * Number of the next decision: one that no activation and no start has, so that neither applies
   * to it.
   */
  public long nextNumber() {
    long last = activations.isEmpty() ? -1 : activations.lastKey();
    for (NavigableMap<Long, Long> offsets : starts.values()) {
      last = Math.max(last, offsets.isEmpty() ? -1 : offsets.lastKey());
    }
    return last + 1;
  }

  /**
   * The model to go back to: that which held before the active one was promoted. Going back twice
   * goes two promotions back.
   */
  public Optional<String> previous() {
    Deque<String> stack = new ArrayDeque<>();
    for (Activation activation : counted.values()) {
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
   * Records that nothing needs any more: activations that hold for no frame which is still stored
   * or that are ignored, and the models that are in no kept activation, carry no label, do not
   * shadow, and are not among the newest.
   *
   * @param firstStored offset of the first frame that each partition of the frames still has
   * @param keep newest models that stay though nothing needs them, at least 0
   * @return keys of the facts to remove
   */
  public List<String> obsolete(Map<Integer, Long> firstStored, int keep) {
    Set<Long> needed = new HashSet<>();
    active().ifPresent(last -> needed.add(last.number()));
    previousActivation().ifPresent(needed::add);
    for (Map.Entry<Integer, Long> partition : firstStored.entrySet()) {
      at(partition.getKey(), partition.getValue()).ifPresent(first -> needed.add(first.number()));
    }
    long oldest = needed.stream().min(Comparator.naturalOrder()).orElse(Long.MAX_VALUE);
    List<String> keys = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Activation activation : activations.values()) {
      if (activation.number() < oldest || !counted.containsKey(activation.number())) {
        keys.add(activation.key());
        starts(activation.number())
            .forEach(
                (partition, offset) ->
                    keys.add(new Start(activation.number(), partition, offset).key()));
      } else {
        used.add(activation.modelId());
      }
    }
    Optional.ofNullable(shadow).ifPresent(s -> used.add(s.modelId()));
    entries.values().stream()
        .filter(entry -> !used.contains(entry.id()) && entry.labels().isEmpty())
        .sorted(Comparator.comparing(Entry::publishedAt).reversed())
        .skip(keep)
        .forEach(entry -> keys.add(entry.key()));
    return keys;
  }

  private Optional<Long> previousActivation() {
    return previous()
        .flatMap(
            id ->
                counted.descendingMap().values().stream()
                    .filter(a -> a.modelId().equals(id))
                    .map(Activation::number)
                    .findFirst());
  }
}
