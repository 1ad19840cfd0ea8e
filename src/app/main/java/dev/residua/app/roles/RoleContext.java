package dev.residua.app.roles;

import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.kafka.KafkaClients;
import dev.residua.app.metrics.ModelMetrics;
import dev.residua.app.metrics.RoleHealth;
import dev.residua.app.model.ActiveModelNotifier;
import dev.residua.model.ModelBundle;
import dev.residua.model.ModelStore;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.telemetry.Tracing;
import dev.residua.topic.TopicTable;
import dev.residua.wire.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.Consumer;
import org.eclipse.microprofile.config.Config;

/**
 * Services of a process that its roles share.
 *
 * @param properties source of {@code config}
 * @param models gives only bundles that may be used
 * @param onFailure ends the process if a role fails
 * @param closing receives each started part; the process closes them in reverse order
 */
public record RoleContext(
    ResiduaConfig config,
    Config properties,
    KafkaClients clients,
    Topics topics,
    TopicTable<SourceRules> rules,
    ModelStore models,
    RoleHealth health,
    MeterRegistry meters,
    ModelMetrics modelMetrics,
    Tracing tracing,
    Consumer<Throwable> onFailure,
    Consumer<AutoCloseable> closing) {

  SourceRule rule(String source) {
    return rules.state().of(source);
  }

  void beat() {
    health.heartbeats().beat();
  }

  /**
   * The active model at the start of the process.
   *
   * @param changes notifies of models that become active later
   */
  public record ActiveModel(ModelBundle bundle, ActiveModelNotifier changes) {}
}
