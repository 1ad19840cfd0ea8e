package dev.residua.simulation.service;

import static dev.residua.simulation.service.Installation.TOPICS;

import dev.residua.model.ModelRegistry;
import dev.residua.model.RegistryRecord.Activation;
import dev.residua.model.RegistryRecord.Entry;
import dev.residua.registry.ModelAdmin;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.wire.ModelRecords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Publishes, promotes and rolls back models, and writes records that no administrator would: of
 * models that there are not, with other digests, and damaged ones.
 */
final class SimulatedAdministrator {
  /** Who forges records. */
  static final String FORGER = "forger";

  private static final TopicPartition REGISTRY = new TopicPartition(TOPICS.models().name(), 0);

  private final Installation installation;
  private final String name;
  private final SplittableRandom random;

  /** Activations that the registry confirmed. */
  private final List<Activation> confirmed = new ArrayList<>();

  private int left;
  private int published;
  private int decisions;

  SimulatedAdministrator(
      Installation installation, String name, SplittableRandom random, int changes) {
    this.installation = installation;
    this.name = name;
    this.random = random;
    this.left = changes;
  }

  boolean done() {
    return left <= 0;
  }

  List<Activation> confirmed() {
    return confirmed;
  }

  /** Makes its changes; a process that follows a crashed one makes the rest. */
  void run(SimulatedProcess process) {
    ModelAdmin admin = installation.administration(process, name);
    while (true) {
      process.simulator.sleep(Duration.ofMillis(500 + random.nextInt(9_000)));
      if (left > 0) {
        left--;
        try {
          change(admin, process);
        } catch (IOException | TimeoutException e) {
          // refused, or not confirmed; a person would look
        }
      }
    }
  }

  private void change(ModelAdmin admin, SimulatedProcess process) throws IOException {
    Author author =
        new Author(
            name, "decision %d of %s".formatted(decisions++, name), process.clock().instant());
    switch (random.nextInt(9)) {
      case 0, 1, 2 ->
          admin.publish(
              SimulatedModels.bundle("%s-%d".formatted(name, published++)),
              scene(),
              null,
              null,
              author);
      case 3, 4 -> confirm(admin.promote(scene(), model(), author), author);
      case 5 -> confirm(admin.rollback(scene(), null, author), author);
      case 6 -> admin.label(model(), "label", "value " + decisions);
      default -> forge(process);
    }
  }

  private void confirm(ModelRegistry after, Author author) {
    after.activations().stream()
        .filter(one -> one.reason().equals(author.reason()))
        .forEach(confirmed::add);
  }

  private String scene() {
    return Installation.SCENES.get(random.nextInt(Installation.SCENES.size()));
  }

  private String model() {
    List<Entry> all = installation.registry().entries();
    return all.isEmpty() ? "model-1" : all.get(random.nextInt(all.size())).id();
  }

  /** Writes outside any transaction. */
  private void forge(SimulatedProcess process) {
    // Beyond those of decisions on their way: one that replaced a decision would undo it.
    long number = installation.registry().nextNumber() + 1_000;
    Optional<Entry> known =
        installation.registry().entries().stream().skip(random.nextInt(2)).findFirst();
    Activation forged =
        new Activation(
            number,
            scene(),
            known.map(Entry::id).orElse("no-model"),
            "no digest",
            Activation.Kind.PROMOTION,
            process.clock().instant(),
            FORGER,
            "forged");
    byte[] key =
        random.nextInt(4) == 0
            ? "activation/x".getBytes(StandardCharsets.UTF_8)
            : ModelRecords.key(forged.key());
    byte[] value =
        random.nextInt(4) == 0
            ? "no activation".getBytes(StandardCharsets.UTF_8)
            : ModelRecords.value(forged);
    process.request(
        () ->
            process.broker.append(
                null, 0, REGISTRY, key, value, new RecordHeaders(), process.simulator.millis()));
  }
}
