using Dapr.Sidecar.Components;
using Dapr.Sidecar.Expressions;

namespace Dapr.Sidecar.Resiliency;

/// <summary>A retry policy. Retries of null are without limit.</summary>
internal sealed record RetryPolicy(bool Exponential, TimeSpan Interval, TimeSpan MaxInterval, int? MaxRetries, StatusRanges? HttpStatusCodes);

/// <summary>A circuit breaker policy.</summary>
internal sealed record BreakerPolicy(int MaxRequests, TimeSpan Interval, TimeSpan Timeout, Expression Trip);

/// <summary>Which actors share a circuit breaker.</summary>
internal enum BreakerScope
{
    /// <summary>Those of a type.</summary>
    Type,

    /// <summary>Each has its own.</summary>
    Id,

    /// <summary>Each has its own, and those of a type share one more.</summary>
    Both,
}

/// <summary>The policies of a target, by name; null where it has none of a kind.</summary>
internal sealed record TargetPolicies(string? Timeout, string? Retry, string? Breaker, BreakerScope Scope = BreakerScope.Type, int BreakerCacheSize = 5000)
{
    public static readonly TargetPolicies None = new(null, null, null);
}

/// <summary>
/// All <c>kind: Resiliency</c> documents together (https://docs.dapr.io/operations/resiliency/resiliency-overview/). A document with scopes
/// counts when one of the sidecar's apps is among them.
/// </summary>
internal sealed class ResiliencySpec
{
    private static readonly string[] BreakerVariables = ["requests", "totalFailures", "consecutiveFailures"];

    public ResiliencySpec(Resources resources, SidecarOptions options)
    {
        foreach (var root in resources.Of("Resiliency"))
        {
            root.Allow("apiVersion", "kind", "metadata", "spec", "scopes");
            root["metadata"]["name"].Required();
            if (root["scopes"].Texts is { Count: > 0 } scopes && !options.Apps.Any(app => scopes.Contains(app.AppId)))
            {
                continue;
            }

            root["spec"].Allow("policies", "targets");
            ReadPolicies(root["spec"]["policies"]);
            ReadTargets(root["spec"]["targets"]);
        }
    }

    public Dictionary<string, TimeSpan> Timeouts { get; } = [];

    public Dictionary<string, RetryPolicy> Retries { get; } = [];

    public Dictionary<string, BreakerPolicy> Breakers { get; } = [];

    public Dictionary<string, TargetPolicies> Apps { get; } = [];

    public Dictionary<string, TargetPolicies> Actors { get; } = [];

    public Dictionary<string, TargetPolicies> Inbound { get; } = [];

    public Dictionary<string, TargetPolicies> Outbound { get; } = [];

    private void ReadPolicies(YamlField policies)
    {
        policies.Allow("timeouts", "retries", "circuitBreakers");
        foreach (var (name, field) in policies["timeouts"].Fields)
        {
            var timeout = field.Duration() ?? throw field.Error("is missing");
            Timeouts[name] = timeout >= TimeSpan.FromMilliseconds(10) && timeout <= TimeSpan.FromHours(24) ? timeout : throw field.Error("is out of range; allowed: 10ms to 24h");
        }

        foreach (var (name, field) in policies["retries"].Fields)
        {
            Retries[name] = ReadRetry(field);
        }

        foreach (var (name, field) in policies["circuitBreakers"].Fields)
        {
            Breakers[name] = ReadBreaker(field);
        }
    }

    private static RetryPolicy ReadRetry(YamlField retry)
    {
        retry.Allow("policy", "duration", "maxInterval", "maxRetries", "matching");
        retry["matching"].Allow("httpStatusCodes", "gRPCStatusCodes");
        var most = retry["maxRetries"].Number() ?? -1;
        return new RetryPolicy(
            retry["policy"].OneOf("constant", "exponential") == "exponential",
            retry["duration"].Duration() ?? TimeSpan.FromSeconds(5),
            retry["maxInterval"].Duration() ?? TimeSpan.FromSeconds(60),
            most < 0 ? null : most,
            StatusRanges.Read(retry["matching"]["httpStatusCodes"]));
    }

    private static BreakerPolicy ReadBreaker(YamlField breaker)
    {
        breaker.Allow("maxRequests", "interval", "timeout", "trip");
        try
        {
            return new BreakerPolicy(
                Math.Max(1, breaker["maxRequests"].Number() ?? 1),
                breaker["interval"].Duration() ?? TimeSpan.Zero,
                breaker["timeout"].Duration() ?? TimeSpan.FromSeconds(60),
                Expression.Parse(breaker["trip"].Text() ?? "consecutiveFailures > 5", BreakerVariables));
        }
        catch (FormatException error)
        {
            throw breaker["trip"].Error(error.Message);
        }
    }

    private void ReadTargets(YamlField targets)
    {
        targets.Allow("apps", "actors", "components");
        foreach (var (name, field) in targets["apps"].Fields)
        {
            Apps[name] = ReadTarget(field, "circuitBreakerCacheSize");
        }

        foreach (var (name, field) in targets["actors"].Fields)
        {
            Actors[name] = ReadTarget(field, "circuitBreakerScope", "circuitBreakerCacheSize");
        }

        foreach (var (name, field) in targets["components"].Fields)
        {
            field.Allow("inbound", "outbound");
            Inbound[name] = ReadTarget(field["inbound"]);
            Outbound[name] = ReadTarget(field["outbound"]);
        }
    }

    private TargetPolicies ReadTarget(YamlField target, params string[] more)
    {
        target.Allow(["timeout", "retry", "circuitBreaker", .. more]);
        return new TargetPolicies(
            Named(target["timeout"], Timeouts.Keys),
            Named(target["retry"], Retries.Keys),
            Named(target["circuitBreaker"], Breakers.Keys),
            target["circuitBreakerScope"].OneOf("type", "id", "both") switch { "id" => BreakerScope.Id, "both" => BreakerScope.Both, _ => BreakerScope.Type },
            Math.Max(1, target["circuitBreakerCacheSize"].Number() ?? 5000));
    }

    private static string? Named(YamlField reference, ICollection<string> names) =>
        reference.Text() is not { } name || names.Contains(name) ? reference.Text()
        : throw reference.Error($"names \"{name}\", which is not among the policies{Nearest.Hint(name, names)}; there are: {(names.Count == 0 ? "none" : string.Join(", ", names))}");
}
