package dev.residua.anomaly;

/**
 * A latent whose residual is unusual in an anomalous frame.
 *
 * @param latent its index
 * @param standardized its residual in robust standard deviations of the calibration frames
 * @param pValue its conformal p-value, not corrected for the number of latents
 * @param share its part of the squared standardised residuals of all causes, in (0, 1]; the shares
 *     of a frame's causes sum to 1
 */
public record Cause(int latent, float standardized, float pValue, double share) {}
