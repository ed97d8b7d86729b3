using Serverless.Jobs.Webhooks;

namespace Serverless.Api.Hosting;

/// <summary>Webhooks by the environment.</summary>
internal static class WebhookSettings
{
    /// <summary>
    /// <c>SERVERLESS_WEBHOOK_SECRET</c>: secrets that sign, separated by blanks, the newest first. <c>SERVERLESS_WEBHOOK_TRUSTED_HOSTS</c>: hosts that may be private or
    /// plain http, separated by commas.
    /// </summary>
    public static WebhookOptions FromEnvironment() => new()
    {
        Secrets = Split("SERVERLESS_WEBHOOK_SECRET", ' '),
        TrustedHosts = Split("SERVERLESS_WEBHOOK_TRUSTED_HOSTS", ','),
    };

    private static string[] Split(string variable, char separator) =>
        Environment.GetEnvironmentVariable(variable)?.Split(separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
