package dev.residua.wire;

import dev.residua.avro.AnomalyEvent;
import dev.residua.avro.AuditEntry;
import dev.residua.avro.ControlCommand;
import dev.residua.avro.DriftEvent;
import dev.residua.avro.DriftScore;
import dev.residua.avro.Frame;
import dev.residua.avro.FrameScore;
import dev.residua.avro.Incident;
import dev.residua.avro.IncidentEvidence;
import dev.residua.avro.IncidentGroup;
import dev.residua.avro.InterventionEvent;
import dev.residua.avro.SourceCalibration;
import dev.residua.avro.SourceRule;
import dev.residua.avro.SourceState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecordBase;

/**
 * Registers the schemas of the product's topics in a schema registry, under the subjects that
 * {@code TopicNameStrategy} gives: {@code <topic>-value}.
 */
public final class SchemaRegistration {
  private final RegistryClient registry;

  public SchemaRegistration(RegistrySettings settings) {
    this.registry = new RegistryClient(settings);
  }

  /** Result for one schema. */
  public sealed interface Outcome permits Registered, Refused {
    String subject();

    String record();
  }

  /**
   * The registry has it.
   *
   * @param id its number there; kept if the registry had it already
   */
  public record Registered(String subject, String record, int id) implements Outcome {}

  /**
   * The registry does not take it.
   *
   * @param why its own words, and the rules of Avro that are broken between its newest version and
   *     ours
   */
  public record Refused(String subject, String record, String why) implements Outcome {}

  /**
   * Sets the compatibility of each subject and registers the newest version of its schema. A
   * refusal of one does not keep the others.
   *
   * @return one outcome a topic with Avro values
   * @throws RegistryUnavailableException if the registry cannot be reached or used
   */
  public List<Outcome> register(Topics topics, Compatibility compatibility) {
    List<Outcome> outcomes = new ArrayList<>();
    records(topics)
        .forEach((topic, record) -> outcomes.add(register(topic, record, compatibility)));
    return outcomes;
  }

  private Outcome register(
      Topic<?, ?> topic, Class<? extends SpecificRecordBase> record, Compatibility compatibility) {
    String subject = topic.name() + "-value";
    // Without the properties of generated Java classes: the text that producers have.
    Schema schema = SingleObject.releasedSchema(record.getSimpleName() + "-v1.avsc");
    try {
      registry.setCompatibility(subject, compatibility);
      return new Registered(subject, schema.getName(), registry.register(subject, schema));
    } catch (RegistryClient.RefusalException e) {
      String why =
          "refused under %s compatibility: %s%s"
              .formatted(compatibility, e.getMessage(), brokenRules(subject, schema));
      return new Refused(subject, schema.getName(), why);
    }
  }

  /** Between the registry's newest version and ours; empty text if that one cannot be compared. */
  private String brokenRules(String subject, Schema ours) {
    Optional<RegistrySchema> latest = registry.latest(subject);
    if (latest.isEmpty()) {
      return "";
    }
    Schema theirs;
    try {
      theirs = new Schema.Parser().parse(latest.get().text());
    } catch (RuntimeException e) { // a schema that the product does not know
      return "";
    }
    StringBuilder text = new StringBuilder();
    List<String> backward = SchemaRules.broken(ours, theirs);
    List<String> forward = SchemaRules.broken(theirs, ours);
    if (!backward.isEmpty()) {
      text.append("; ours cannot read its newest version: ").append(String.join("; ", backward));
    }
    if (!forward.isEmpty()) {
      text.append("; its newest version cannot read ours: ").append(String.join("; ", forward));
    }
    return text.toString();
  }

  /** The topics whose values are Avro records, and these. */
  static Map<Topic<?, ?>, Class<? extends SpecificRecordBase>> records(Topics topics) {
    Map<Topic<?, ?>, Class<? extends SpecificRecordBase>> records = new LinkedHashMap<>();
    records.put(topics.frames(), Frame.class);
    records.put(topics.scores(), FrameScore.class);
    records.put(topics.shadowScores(), FrameScore.class);
    records.put(topics.drift(), DriftScore.class);
    records.put(topics.anomalies(), AnomalyEvent.class);
    records.put(topics.drifts(), DriftEvent.class);
    records.put(topics.interventions(), InterventionEvent.class);
    records.put(topics.incidents(), Incident.class);
    records.put(topics.incidentGroups(), IncidentGroup.class);
    records.put(topics.evidence(), IncidentEvidence.class);
    records.put(topics.control(), ControlCommand.class);
    records.put(topics.sources(), SourceRule.class);
    records.put(topics.audit(), AuditEntry.class);
    records.put(topics.calibrations(), SourceCalibration.class);
    records.put(topics.sourceStates(), SourceState.class);
    return records;
  }
}
