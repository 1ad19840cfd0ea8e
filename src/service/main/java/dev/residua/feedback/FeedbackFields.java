package dev.residua.feedback;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Fields of proposals and precisions in JSON, by name. */
public final class FeedbackFields {
  private FeedbackFields() {}

  /** A proposal. */
  public static Map<String, @Nullable Object> of(Proposal proposal) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("id", proposal.id());
    fields.put("kind", proposal.kind());
    fields.put("sentence", proposal.sentence());
    fields.put("effect", proposal.effect());
    fields.put("scene", proposal.basis().scene());
    fields.put("sources", proposal.basis().sources());
    fields.put("incidents", proposal.basis().incidents());
    return fields;
  }

  /** The precision of one subject, and by week. */
  public static Map<String, @Nullable Object> of(SubjectPrecision row) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("scene", row.scene());
    fields.put("subject", row.subject().toString());
    fields.put("sources", row.sources());
    fields.putAll(of(row.all()));
    fields.put("weeks", row.weeks().stream().map(FeedbackFields::of).toList());
    return fields;
  }

  /** A precision; {@code precision} is null if nothing was reviewed. */
  public static Map<String, @Nullable Object> of(Precision precision) {
    Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    fields.put("incidents", precision.incidents());
    fields.put("trueAlarms", precision.trueAlarms());
    fields.put("falseAlarms", precision.falseAlarms());
    fields.put("precision", precision.reviewed() == 0 ? null : precision.value());
    fields.put("low", precision.low());
    fields.put("high", precision.high());
    return fields;
  }
}
