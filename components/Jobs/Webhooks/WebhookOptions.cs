namespace Serverless.Jobs.Webhooks;

/// <summary>Who may be told by webhook, and how messages are signed.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Secrets that sign, the newest first: <c>whsec_</c> and base64, 24 to 64 bytes (Standard Webhooks). Several while one is replaced: a
    /// message carries a signature of each. Default: none, so that a job that asks for a webhook is refused.
    /// </summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>
    /// Hosts (<c>hooks.example.org</c>, <c>127.0.0.1:8000</c>) that may be called although their address is private, or by plain http. Default: none: only
    /// https to public addresses.
    /// </summary>
    public IReadOnlyList<string> TrustedHosts { get; init; } = [];

    /// <summary>How long one attempt may take. Default: 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);
}
