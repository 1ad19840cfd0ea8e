package dev.residua.model;

import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.model.RegistryRecord.Shadow;
import dev.residua.model.RegistryRecord.Start;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All models, and the active one of each scene and partition. Immutable: facts give a new registry.
 *
 * <p>An activation counts only while its model is in the registry with its digest. The order of the
 * two records does not matter: compaction moves an entry behind its activation when the model gets
 * a label or is published again, and every reader must get the same result.
 */
public final class ModelRegistry {
  /** The empty registry. */
  public static final ModelRegistry EMPTY =
      new ModelRegistry(new TreeMap<>(), new TreeMap<>(), new HashMap<>(), new TreeMap<>());

  private final Map<String, Entry> entries;
  private final NavigableMap<Long, Activation> activations;
  private final Map<Integer, NavigableMap<Long, Long>> starts; // partition -> number -> offset
  private final Map<String, Shadow> shadows; // by scene
  private final Map<String, SceneModels> scenes = new TreeMap<>();

  private ModelRegistry(
      Map<String, Entry> entries,
      NavigableMap<Long, Activation> activations,
      Map<Integer, NavigableMap<Long, Long>> starts,
      Map<String, Shadow> shadows) {
    this.entries = entries;
    this.activations = activations;
    this.starts = starts;
    this.shadows = shadows;
    Map<String, NavigableMap<Long, Activation>> counted = new TreeMap<>();
    activations.forEach(
        (number, activation) -> {
          Entry entry = entries.get(activation.modelId());
          if (entry != null && entry.digest().equals(activation.digest())) {
            counted
                .computeIfAbsent(activation.scene(), scene -> new TreeMap<>())
                .put(number, activation);
          }
        });
    shadows.keySet().forEach(scene -> counted.computeIfAbsent(scene, s -> new TreeMap<>()));
    counted.forEach(
        (scene, own) -> scenes.put(scene, new SceneModels(own, starts, shadows.get(scene))));
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
    Map<String, Shadow> nextShadows = new TreeMap<>(shadows);
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
        nextShadows.put(newShadow.scene(), newShadow);
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
        } else if (key.startsWith(Shadow.PREFIX)) {
          nextShadows.remove(key.substring(Shadow.PREFIX.length()));
        }
      }
    }
    return new ModelRegistry(nextEntries, nextActivations, nextStarts, nextShadows);
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

  /** The models of a scene; of one that the registry does not name, none. */
  public SceneModels scene(String name) {
    SceneModels models = scenes.get(name);
    return models == null ? SceneModels.NONE : models;
  }

  /** Names of all scenes that have an activation that counts, or a shadow. */
  public Set<String> scenes() {
    return Collections.unmodifiableSet(scenes.keySet());
  }

  /** The activations of all scenes that count, oldest first. */
  public List<Activation> activations() {
    return activations.values().stream().filter(this::counts).toList();
  }

  /**
   * Activations of models that are not in the registry, or there with another digest, oldest first;
   * they have no effect.
   */
  public List<Activation> ignored() {
    return activations.values().stream().filter(one -> !counts(one)).toList();
  }

  private boolean counts(Activation activation) {
    return scene(activation.scene()).contains(activation.number());
  }

  /** The last decision of each scene. */
  public List<Activation> active() {
    return scenes.values().stream().flatMap(models -> models.active().stream()).toList();
  }

  /** The challengers of all scenes; the caller checks their periods. */
  public List<Shadow> shadows() {
    return List.copyOf(shadows.values());
  }

  /** Offsets from which on an activation holds, by partition in which it has begun. */
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
   * Records that nothing needs: activations that apply to no frame which is still stored or that
   * are ignored, and the models that are in no kept activation, carry no label, do not shadow, and
   * are not among the newest that were made for their scene.
   *
   * @param firstStored offset of the first frame that each partition of the frames still has
   * @param keep newest models of each scene that stay though nothing needs them, at least 0
   * @return keys of the facts to remove
   */
  public List<String> obsolete(Map<Integer, Long> firstStored, int keep) {
    Map<String, Long> oldest = new HashMap<>();
    scenes.forEach((scene, models) -> oldest.put(scene, models.oldestNeeded(firstStored)));
    List<String> keys = new ArrayList<>();
    Set<String> used = new HashSet<>();
    for (Activation activation : activations.values()) {
      if (!counts(activation)
          || activation.number() < oldest.getOrDefault(activation.scene(), Long.MAX_VALUE)) {
        keys.add(activation.key());
        starts(activation.number())
            .forEach(
                (partition, offset) ->
                    keys.add(new Start(activation.number(), partition, offset).key()));
      } else {
        used.add(activation.modelId());
      }
    }
    shadows.values().forEach(shadow -> used.add(shadow.modelId()));
    entries.values().stream()
        .filter(entry -> !used.contains(entry.id()) && entry.labels().isEmpty())
        .sorted(Comparator.comparing(Entry::publishedAt).reversed())
        .collect(Collectors.groupingBy(Entry::scene, TreeMap::new, Collectors.toList()))
        .values()
        .forEach(unused -> unused.stream().skip(keep).forEach(entry -> keys.add(entry.key())));
    return keys;
  }
}
