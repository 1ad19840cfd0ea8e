package dev.residua.scoring;

import dev.residua.model.RegistryRecord.Activation;

/** The model of an activation cannot be used here; its frames get the model before. */
final class UnusableModelException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnusableModelException(Activation activation, Throwable cause) {
    super(
        "the frames at hand belong to activation %d of model %s, which cannot be used: %s"
            .formatted(activation.number(), activation.modelId(), cause.getMessage()),
        cause);
  }
}
