package dev.residua.wire;

import dev.residua.avro.Severity;
import dev.residua.causal.Finding;
import dev.residua.frame.FrameGeometry;
import dev.residua.frame.FrameGeometry.Aspect;
import dev.residua.frame.FrameGeometry.Region;
import dev.residua.source.ActiveHours;
import dev.residua.source.SourceCamera;
import dev.residua.source.SourceContext;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceLearning;
import dev.residua.source.SourceRule;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.errors.SerializationException;

/** {@code SourceRule} records to domain and back. */
final class SourceRuleMapper {
  static final RecordSerde<dev.residua.avro.SourceRule, SourceRule> SERDE =
      new RecordSerde<>(
          FindingFields.MAX_EVENT_BYTES,
          dev.residua.avro.SourceRule.class,
          SourceRuleMapper::toAvro,
          SourceRuleMapper::toDomain);

  private SourceRuleMapper() {}

  static dev.residua.avro.SourceRule toAvro(SourceRule rule) {
    dev.residua.avro.SourceRule record = new dev.residua.avro.SourceRule();
    record.setId(rule.id());
    record.setRevision(rule.revision());
    record.setRemoved(rule.removed());
    record.setMatch(rule.match().text());
    record.setPriority(rule.priority());
    record.setScene(rule.scene());
    FrameGeometry geometry = rule.geometry();
    record.setRegion(geometry.region().equals(Region.WHOLE) ? null : geometry.region().toString());
    record.setRotation(geometry.rotation() == 0 ? null : geometry.rotation());
    record.setMask(geometry.mask().isEmpty() ? null : geometry.maskText());
    record.setAspect(geometry.aspect() == Aspect.STRETCH ? null : geometry.aspect().toString());
    record.setStabilize(rule.stabilize());
    record.setEnabled(rule.enabled());
    record.setFalseAlarmsPerWeek(rule.falseAlarmsPerWeek());
    record.setSharedAmong(rule.sharedAmong());
    record.setFramesPerSecond(rule.framesPerSecond());
    record.setSilentAfterMillis(rule.silentAfter() == null ? null : rule.silentAfter().toMillis());
    record.setActiveHours(rule.activeHours() == null ? null : rule.activeHours().toString());
    record.setContext(rule.context() == null ? null : rule.context().toString());
    record.setLearn(rule.learn() == null ? null : rule.learn().toString());
    record.setCamera(rule.camera() == null ? null : rule.camera().text());
    record.setRedact(rule.redact());
    record.setRetentionMillis(rule.retention() == null ? null : rule.retention().toMillis());
    record.setSeverity(rule.severity() == null ? null : Severity.valueOf(rule.severity().name()));
    record.setLabels(rule.labels());
    record.setNotYetSupported(Map.of());
    record.setChangedBy(rule.by());
    record.setChangedAt(rule.changedAt());
    return record;
  }

  static SourceRule toDomain(dev.residua.avro.SourceRule record) {
    if (!record.getNotYetSupported().isEmpty()) {
      throw new SerializationException(
          "source rule %s/%d has settings that this version does not know: %s"
              .formatted(
                  record.getId(), record.getRevision(), record.getNotYetSupported().keySet()));
    }
    if (record.getId().isEmpty() || record.getRevision() < 1) {
      throw new SerializationException(
          "a source rule must have an id and a revision of at least 1 but has '%s' and %d"
              .formatted(record.getId(), record.getRevision()));
    }
    Long retention = record.getRetentionMillis();
    Long silentAfter = record.getSilentAfterMillis();
    String hours = record.getActiveHours();
    Severity severity = record.getSeverity();
    return new SourceRule(
        record.getId(),
        record.getRevision(),
        record.getRemoved(),
        new SourceGlob(record.getMatch()),
        record.getPriority(),
        record.getScene(),
        geometry(record),
        record.getStabilize(),
        record.getEnabled(),
        record.getFalseAlarmsPerWeek(),
        record.getSharedAmong(),
        record.getFramesPerSecond(),
        silentAfter == null ? null : Duration.ofMillis(silentAfter),
        hours == null ? null : ActiveHours.parse(hours),
        record.getContext() == null ? null : SourceContext.parse(record.getContext()),
        record.getLearn() == null ? null : SourceLearning.parse(record.getLearn()),
        record.getCamera() == null ? null : SourceCamera.parse(record.getCamera()),
        record.getRedact(),
        retention == null ? null : Duration.ofMillis(retention),
        severity == null ? null : Finding.Severity.valueOf(severity.name()),
        record.getLabels(),
        record.getChangedBy(),
        record.getChangedAt());
  }

  private static FrameGeometry geometry(dev.residua.avro.SourceRule record) {
    String region = record.getRegion();
    Double rotation = record.getRotation();
    String mask = record.getMask();
    String aspect = record.getAspect();
    return new FrameGeometry(
        region == null ? Region.WHOLE : Region.parse(region),
        rotation == null ? 0 : rotation,
        mask == null ? List.of() : FrameGeometry.parseMask(mask),
        aspect == null ? Aspect.STRETCH : Aspect.parse(aspect));
  }
}
