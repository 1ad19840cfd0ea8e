package dev.residua.anomaly;

/**
 * Test of an endless sequence of e-values: at every moment the expected share of false discoveries
 * is at most {@code fdr}. Immutable: every e-value gives the next state. The order of the tests is
 * the caller's, and may interleave streams.
 *
 * <p>The t-th e-value is a discovery if it is at least {@code 1 / a_t}, with {@code R} the
 * discoveries before it:
 *
 * <ul>
 *   <li>{@link Method#E_LOND}: {@code a_t = fdr g_t (R + 1)} with {@code g_t = t^-1.1 / 10.5845},
 *       which sums to 1. Valid for e-values with any dependence; the only condition is {@code
 *       E[e_t] <= 1} if nothing is wrong.
 *   <li>{@link Method#E_LORD}: {@code a_t = w_t (fdr - spent) (R + 1)} with {@code spent} the sum
 *       of {@code a_j / (R_j + 1)} so far and {@code w_t = 0.1 / (t - R / 2)}: a discovery passes
 *       only half the time, which keeps levels up while discoveries come often. Valid only if
 *       {@code E[e_t | all before] <= 1} when nothing is wrong at t: for independent tests, or
 *       e-values made for their past, but not for consecutive frames of one camera.
 * </ul>
 *
 * <p>Why: a discovery at t makes the share at most {@code 1 / (R + 1)} each, and {@code P(e_t >= 1
 * / a_t) <= a_t E[e_t]}; the sum of {@code a_t / (R + 1)} is at most {@code fdr}. In E_LOND that
 * quotient is not random, in E_LORD the past decides it.
 *
 * <p>Source: Zhang, Wei, Ren and Zou, e-GAI: e-value-based generalized alpha-investing for online
 * false discovery rate control (arXiv 2506.01452); e-LOND by Xu and Ramdas, Online multiple testing
 * with e-values (AISTATS 2024). The weights {@code g_t} and {@code w_t} are our own choice; any
 * that sum to 1, or that the past decides within (0, 1), keep the bound.
 *
 * @param method rule of the levels
 * @param fdr largest expected share of false discoveries, in (0, 1)
 * @param tests e-values seen, at least 0
 * @param discoveries of those, in {@code [0, tests]}
 * @param spent for {@link Method#E_LORD} the part of {@code fdr} that is used up, in {@code [0,
 *     fdr]}; 0 for the other
 */
public record OnlineFdr(Method method, double fdr, long tests, long discoveries, double spent) {
  private static final double EXPONENT = 1.1;

  /** Riemann zeta of {@link #EXPONENT}, rounded up. */
  private static final double ZETA = 10.584448464951;

  private static final double FIRST_WEIGHT = 0.1;

  /** Rule of the levels; see {@link OnlineFdr} for the condition of each. */
  public enum Method {
    /** For e-values that depend on one another in any way. */
    E_LOND,
    /** For e-values that are valid given their past. */
    E_LORD
  }

  public OnlineFdr {
    if (!(fdr > 0 && fdr < 1)) {
      throw new IllegalArgumentException("fdr must be in (0, 1) but was " + fdr);
    }
    if (tests < 0 || discoveries < 0 || discoveries > tests) {
      throw new IllegalArgumentException(
          "%d discoveries in %d tests, expected at least 0 and no more than tests"
              .formatted(discoveries, tests));
    }
    if (!(spent >= 0 && spent <= fdr)) {
      throw new IllegalArgumentException(
          "spent must be in [0, %s], the level, but was %s".formatted(fdr, spent));
    }
  }

  /** Before the first test. */
  public static OnlineFdr start(Method method, double fdr) {
    return new OnlineFdr(method, fdr, 0, 0, 0);
  }

  /**
   * Result of one e-value.
   *
   * @param next the new state
   * @param discovery true if the e-value is large enough
   * @param level {@code a_t}; the e-value had to reach its inverse
   */
  public record Step(OnlineFdr next, boolean discovery, double level) {}

  /** Level of the next test, in (0, 1). */
  public double level() {
    return share() * (discoveries + 1);
  }

  /** Part of the level that the next test uses up. */
  private double share() {
    double t = tests + 1.0;
    return switch (method) {
      case E_LOND -> fdr * Math.pow(t, -EXPONENT) / ZETA;
      case E_LORD -> FIRST_WEIGHT / (t - discoveries / 2.0) * (fdr - spent);
    };
  }

  /**
   * Tests one e-value. O(1).
   *
   * @param e at least 0; may be infinite
   * @throws IllegalArgumentException if it is negative or NaN
   */
  public Step next(double e) {
    if (!(e >= 0)) {
      throw new IllegalArgumentException("e-value must be at least 0 but was " + e);
    }
    double level = level();
    boolean discovery = e * level >= 1;
    double newSpent = method == Method.E_LORD ? Math.min(fdr, spent + share()) : 0;
    return new Step(
        new OnlineFdr(method, fdr, tests + 1, discoveries + (discovery ? 1 : 0), newSpent),
        discovery,
        level);
  }
}
