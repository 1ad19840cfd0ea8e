package dev.residua.cli.model;

import dev.residua.access.AuditEntry;
import dev.residua.app.model.ModelCleanUp;
import dev.residua.cli.console.AuthorOption;
import dev.residua.cli.console.CommandAudit;
import dev.residua.cli.console.Json;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.registry.ModelAdmin.Author;
import dev.residua.registry.ModelAdmin.Removal;
import dev.residua.runtime.BundleOpener;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;

/** A command that changes the registry. */
abstract class RegistryChangeCommand extends RegistryCommand {
  @Mixin AuthorOption author = new AuthorOption();

  /** Checks that the model of a bundle can be opened and passes its self-test. */
  static void checkRuns(ModelBundle bundle) throws BadBundleException {
    BundleOpener.scoring(bundle, 1).close();
  }

  /**
   * Adds a change that was just made to the audit log.
   *
   * @param action such as {@code publish-model}
   * @param model that it concerns
   * @param scene whose models it concerns
   * @param detail reason, or change
   */
  void record(String action, String model, String scene, String detail) {
    record(List.of(entry(action, model, scene, detail)));
  }

  void record(List<AuditEntry> entries) {
    CommandAudit.record(registry.kafka, err(), entries);
  }

  AuditEntry entry(String action, String model, String scene, String detail) {
    return CommandAudit.entry(author.claimed(), action, model, List.of(), scene, detail);
  }

  void publish(ModelBundle bundle, String scene, String store, String reason) {
    registry.publish(bundle, scene, store, author(reason));
    record("publish-model", bundle.id(), scene, reason);
  }

  /** Accepts a model in spite of the findings of its training. */
  void accept(String model, String scene, String reason) {
    registry.change(admin -> admin.accept(model, author(reason)));
    record("accept-model", model, scene, reason);
  }

  /** Prints the removed records, and adds them to the audit log. */
  void removed(Removal removal, String detail) {
    List<AuditEntry> entries = new ArrayList<>();
    removal
        .models()
        .forEach(model -> entries.add(entry("remove-model", model.id(), model.scene(), detail)));
    if (!removal.activations().isEmpty()) {
      entries.add(entry("remove-activations", removal.activations().toString(), "", detail));
    }
    record(entries);
    print(
        Json.map(
            "models",
            removal.models(),
            "activations",
            removal.activations(),
            "sentences",
            ModelCleanUp.sentences(removal)),
        () -> {
          ModelCleanUp.sentences(removal).forEach(out()::println);
          if (removal.models().isEmpty() && removal.activations().isEmpty()) {
            print("nothing to remove");
          }
        });
  }

  /** The author of a change that is made now. */
  Author author(String reason) {
    return new Author(author.claimed(), reason, Instant.now());
  }
}
