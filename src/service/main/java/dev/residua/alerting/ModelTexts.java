package dev.residua.alerting;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.model.RegistryRecord.Activation;

/** AlertText and JSON of a model change. */
final class ModelTexts {
  private ModelTexts() {}

  static String headline(Activation activation) {
    return "model %s is active (%s by %s): %s"
        .formatted(
            activation.modelId(),
            AlertText.lower(activation.kind()),
            activation.by(),
            activation.reason());
  }

  static ObjectNode json(Activation activation) {
    ObjectNode node = Json.object();
    node.put("activation", activation.number());
    node.put("modelId", activation.modelId());
    node.put("digest", activation.digest());
    node.put("kind", AlertText.lower(activation.kind()));
    node.put("at", activation.at().toString());
    node.put("by", activation.by());
    node.put("reason", activation.reason());
    return node;
  }
}
