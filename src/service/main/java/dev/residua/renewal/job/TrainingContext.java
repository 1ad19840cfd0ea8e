package dev.residua.renewal.job;

import dev.residua.incident.ControlCommand.TrainingPhase;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelProvenance;
import dev.residua.model.SigningKey;
import dev.residua.registry.ModelAdmin.Author;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Context of the steps of one training.
 *
 * @param folder of this training alone
 */
record TrainingContext(
    TrainingJob.Dependencies dependencies,
    TrainingRequest request,
    Path folder,
    TrainingStatusPublisher status,
    BooleanSupplier cancelled) {
  /** Whose model is trained. */
  String scene() {
    return request.scene();
  }

  RenewalSettings settings() {
    return request.settings();
  }

  void publish(TrainingPhase phase, double progress, String sentence) {
    publish(phase, progress, sentence, null);
  }

  void publish(TrainingPhase phase, double progress, String sentence, @Nullable String modelId) {
    status.publish(phase, progress, sentence, modelId);
  }

  void throwIfCancelled(String stage) {
    if (cancelled.getAsBoolean()) {
      throw new CancellationException("cancelled while " + stage);
    }
  }

  /** The bundle, signed if this process has a key. */
  ModelBundle signed(ModelBundle bundle) {
    SigningKey key = dependencies.signer();
    return key == null ? bundle : bundle.signed(key);
  }

  Author author(String reason) {
    return new Author("training " + request.id(), reason, dependencies.clock().instant());
  }

  /** The provenance with the identity of this training. */
  ModelProvenance withRequest(ModelProvenance provenance, String start) {
    Map<String, String> hyper = new TreeMap<>(provenance.hyperParameters());
    hyper.put("training", request.id());
    hyper.put("trigger", request.trigger() + ": " + request.reason());
    hyper.put("start", start);
    if (!request.incidents().isEmpty()) {
      hyper.put("acceptedIncidents", String.join(", ", request.incidents()));
    }
    return provenance.withHyperParameters(hyper);
  }
}
