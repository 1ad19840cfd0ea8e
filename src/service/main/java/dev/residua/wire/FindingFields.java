package dev.residua.wire;

import dev.residua.avro.Cause;
import dev.residua.avro.ChangePoint;
import dev.residua.avro.FrameReference;
import dev.residua.avro.LatentReading;
import dev.residua.avro.Severity;
import dev.residua.causal.Finding;
import dev.residua.drift.DriftEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.jspecify.annotations.Nullable;

/**
 * The fields that every event record shares, by name: Avro's generated classes have no common type
 * that could carry them.
 */
public final class FindingFields {
  /** Most bytes of an event that is read. Every topic takes as many. */
  public static final int MAX_EVENT_BYTES = 64 << 10;

  /** Most causes and most readings of an event that is read; a model has fewer latents. */
  public static final int MAX_PARTS = 100;

  private FindingFields() {}

  public static void write(Finding finding, SpecificRecordBase event) {
    event.put("eventId", finding.eventId());
    event.put("incidentId", finding.incidentId());
    event.put("source", finding.source());
    event.put("firstSequence", finding.firstSequence());
    event.put("lastSequence", finding.lastSequence());
    event.put("firstAt", finding.firstAt());
    event.put("lastAt", finding.lastAt());
    event.put("modelId", finding.modelId());
    event.put("modelDigest", finding.modelDigest());
    event.put("severity", Severity.valueOf(finding.severity().name()));
    event.put("sentence", finding.sentence());
    event.put("causes", causes(finding.causes()));
    event.put(
        "readings",
        finding.readings().stream()
            .map(
                r ->
                    new LatentReading(
                        r.latent(),
                        r.observed(),
                        r.expected(),
                        r.observedFactor(),
                        r.expectedFactor()))
            .toList());
    event.put("frame", ScoredFrameMapper.reference(finding.position()));
    event.put("links", finding.links());
  }

  public static Finding read(SpecificRecordBase event) {
    return new Finding(
        (String) event.get("eventId"),
        (String) event.get("incidentId"),
        (String) event.get("source"),
        (Long) event.get("firstSequence"),
        (Long) event.get("lastSequence"),
        (Instant) event.get("firstAt"),
        (Instant) event.get("lastAt"),
        (String) event.get("modelId"),
        (String) event.get("modelDigest"),
        Finding.Severity.valueOf(event.get("severity").toString()),
        (String) event.get("sentence"),
        causesOf(FindingFields.<Cause>list(event, "causes")),
        FindingFields.<LatentReading>list(event, "readings").stream()
            .map(
                r ->
                    new Finding.Reading(
                        r.getLatent(),
                        r.getObserved(),
                        r.getExpected(),
                        r.getObservedFactor(),
                        r.getExpectedFactor()))
            .toList(),
        ScoredFrameMapper.position((FrameReference) event.get("frame")),
        links(event));
  }

  static List<Cause> causes(List<Finding.Cause> causes) {
    return causes.stream().map(FindingFields::toAvro).toList();
  }

  static List<Finding.Cause> causesOf(List<Cause> causes) {
    return causes.stream().map(FindingFields::toDomain).toList();
  }

  private static Cause toAvro(Finding.Cause cause) {
    return new Cause(
        cause.latent(),
        cause.parents(),
        cause.evidence(),
        Double.isNaN(cause.pValue()) ? null : cause.pValue(),
        cause.share());
  }

  private static Finding.Cause toDomain(Cause cause) {
    Double pValue = cause.getPValue();
    return new Finding.Cause(
        cause.getLatent(),
        cause.getParents(),
        cause.getEvidence(),
        pValue == null ? Double.NaN : pValue,
        cause.getShare());
  }

  static @Nullable ChangePoint toAvro(DriftEvent.@Nullable ChangePoint change) {
    return change == null
        ? null
        : new ChangePoint(change.sequence(), change.low(), change.high(), change.coverage());
  }

  static DriftEvent.@Nullable ChangePoint toDomain(@Nullable ChangePoint change) {
    return change == null
        ? null
        : new DriftEvent.ChangePoint(
            change.getSequence(), change.getLow(), change.getHigh(), change.getCoverage());
  }

  @SuppressWarnings("unchecked") // the schema says what the list holds
  static <E> List<E> list(SpecificRecordBase event, String field) {
    List<E> list = (List<E>) event.get(field);
    if (list.size() > MAX_PARTS) {
      throw new IllegalArgumentException(
          "%s has %d items, more than %d".formatted(field, list.size(), MAX_PARTS));
    }
    return list;
  }

  @SuppressWarnings("unchecked") // the schema says string to string
  private static Map<String, String> links(SpecificRecordBase event) {
    return (Map<String, String>) event.get("links");
  }
}
