package dev.residua.app;

import dev.residua.dashboard.ModelState;
import dev.residua.incident.ControlCommand.Training;
import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** The registry and the trainings as far as this process has read them. For any thread. */
@ApplicationScoped
public class LiveModels implements ModelState {
  private static final int MAX_TRAININGS = 200;

  private volatile Supplier<ModelRegistry> registry = () -> ModelRegistry.EMPTY;
  private final Map<String, Training> trainings =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Training> eldest) {
          return size() > MAX_TRAININGS;
        }
      };

  void registry(Supplier<ModelRegistry> source) {
    registry = source;
  }

  /** A training has come so far. */
  void training(Training training) {
    synchronized (trainings) {
      trainings.put(training.trainingId(), training);
    }
  }

  @Override
  public Models models() {
    ModelRegistry now = registry.get();
    return new Models(
        now.active().map(Activation::modelId).orElse(null),
        now.entries().stream()
            .sorted(Comparator.comparing(Entry::publishedAt).reversed())
            .map(
                e ->
                    new ModelView(
                        e.id(),
                        e.digest(),
                        e.parentId(),
                        e.publishedAt().toString(),
                        e.publishedBy(),
                        e.bytes(),
                        e.verdict(),
                        e.labels()))
            .toList(),
        now.activations().stream()
            .sorted(Comparator.comparing(Activation::number).reversed())
            .map(
                a ->
                    new ActivationView(
                        a.number(),
                        a.modelId(),
                        lower(a.kind()),
                        a.at().toString(),
                        a.by(),
                        a.reason(),
                        now.starts(a.number())))
            .toList(),
        now.shadow()
            .map(
                s ->
                    new ShadowView(
                        s.modelId(), s.rate(), s.from().toString(), s.until().toString()))
            .orElse(null));
  }

  @Override
  public List<TrainingView> trainings() {
    List<Training> all;
    synchronized (trainings) {
      all = List.copyOf(trainings.values());
    }
    return all.stream()
        .sorted(Comparator.comparing((Training t) -> t.order().at()).reversed())
        .map(
            t ->
                new TrainingView(
                    t.trainingId(),
                    t.trigger(),
                    t.order().reason(),
                    lower(t.phase()),
                    t.progress(),
                    t.modelId(),
                    t.order().at().toString(),
                    t.phase().ended()))
        .toList();
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
