package dev.residua.testing;

import java.time.Instant;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Skips the classes that would begin after {@code residua.test.until}, in seconds since 1970, so
 * that {@code .ci/run} ends on a slow machine too and says what it left out. Without the property
 * nothing is skipped.
 */
public final class TimeLeft implements ExecutionCondition {
  private static final long UNTIL = Long.getLong("residua.test.until", Long.MAX_VALUE);

  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    boolean begins = context.getTestMethod().isEmpty();
    if (begins && Instant.now().getEpochSecond() > UNTIL) {
      return ConditionEvaluationResult.disabled("skipped: no time is left for it");
    }
    return ConditionEvaluationResult.enabled("there is time");
  }
}
