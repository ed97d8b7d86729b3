using System.Collections.Concurrent;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Dapr.Sidecar.Resiliency;

/// <summary>
/// The pipelines of targets, from the outside in: retries, circuit breakers, timeout. A target without a policy of a kind gets the one named
/// <c>Default[App|Actor|Component[Inbound|Outbound]][Timeout|Retry|CircuitBreaker]Policy</c>, if there is one; without a retry policy, an app
/// that cannot be connected to is tried three times more, a second apart (<c>DaprBuiltInServiceRetries</c>, which a file may redefine); actors
/// are not, as with daprd when its own app is gone, unless a file defines <c>DaprBuiltInActorRetries</c>.
/// </summary>
internal sealed class ResiliencyPolicies(ResiliencySpec spec, TimeProvider time)
{
    private static readonly Dictionary<string, RetryPolicy> BuiltIn = new()
    {
        ["DaprBuiltInServiceRetries"] = new(Exponential: false, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 3, null),
    };

    private readonly ConcurrentDictionary<string, ResiliencePipeline> _pipelines = [];
    private readonly ConcurrentDictionary<string, CircuitBreaker> _breakers = [];
    private readonly BoundedCache<ResiliencePipeline> _actorPipelines = new();

    /// <summary>Of calls to an app by service invocation.</summary>
    public ResiliencePipeline App(string appId) => _pipelines.GetOrAdd($"app {appId}", name =>
        Build(name, spec.Apps.GetValueOrDefault(appId) ?? TargetPolicies.None, ["App"], "DaprBuiltInServiceRetries", null));

    /// <summary>Of calls to an actor; circuit breakers are those of its type, its own, or both.</summary>
    public ResiliencePipeline Actor(string type, string id)
    {
        var policies = spec.Actors.GetValueOrDefault(type) ?? TargetPolicies.None;
        return policies.Scope == BreakerScope.Type
            ? _pipelines.GetOrAdd($"actor {type}", name => Build(name, policies, ["Actor"], "DaprBuiltInActorRetries", null))
            : _actorPipelines.GetOrAdd($"actor {type}/{id}", policies.BreakerCacheSize, name =>
                Build(name, policies, ["Actor"], "DaprBuiltInActorRetries", policies.Scope == BreakerScope.Both ? $"actor {type}" : null));
    }

    /// <summary>Of what a component is asked to do.</summary>
    public ResiliencePipeline Outbound(string component) => _pipelines.GetOrAdd($"component {component} (outbound)", name =>
        Build(name, spec.Outbound.GetValueOrDefault(component) ?? TargetPolicies.None, ["ComponentOutbound", "Component"], null, null));

    /// <summary>Of what a component brings to an app.</summary>
    public ResiliencePipeline Inbound(string component) => _pipelines.GetOrAdd($"component {component} (inbound)", name =>
        Build(name, spec.Inbound.GetValueOrDefault(component) ?? TargetPolicies.None, ["ComponentInbound", "Component"], null, null));

    private ResiliencePipeline Build(string target, TargetPolicies policies, string[] defaults, string? builtInRetry, string? sharedBreaker)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = time };
        if (Find(policies.Retry, defaults, "Retry", spec.Retries) is { } retry)
        {
            AddRetry(builder, retry, error => PolicyFailures.IsFailure(error) && error is not CircuitOpenException && PolicyFailures.Matches(error, retry.HttpStatusCodes));
        }
        else if (builtInRetry is not null && (spec.Retries.GetValueOrDefault(builtInRetry) ?? BuiltIn.GetValueOrDefault(builtInRetry)) is { } builtIn)
        {
            AddRetry(builder, builtIn, PolicyFailures.IsUnreachable);
        }

        if (Find(policies.Breaker, defaults, "CircuitBreaker", spec.Breakers) is { } breaker)
        {
            foreach (var name in sharedBreaker is null ? [target] : new[] { sharedBreaker, target })
            {
                var strategy = name == target ? Create(name) : _breakers.GetOrAdd(name, Create);
                builder.AddStrategy(_ => strategy, new BreakerOptions());
            }

            CircuitBreaker Create(string name) => new(name, breaker, time, PolicyFailures.IsFailure);
        }

        if (Find(policies.Timeout, defaults, "Timeout", spec.Timeouts) is { Ticks: > 0 } timeout)
        {
            builder.AddTimeout(new TimeoutStrategyOptions { Timeout = timeout });
        }

        return builder.Build();
    }

    private static void AddRetry(ResiliencePipelineBuilder builder, RetryPolicy policy, Func<Exception, bool> isRetried)
    {
        if (policy.MaxRetries == 0)
        {
            return;
        }

        builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = policy.MaxRetries ?? int.MaxValue,
            ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is { } error && isRetried(error) && !arguments.Context.CancellationToken.IsCancellationRequested),
            DelayGenerator = arguments => ValueTask.FromResult<TimeSpan?>(policy.Exponential ? Backoff.Exponential(arguments.AttemptNumber, policy.MaxInterval) : policy.Interval),
        });
    }

    private static T? Find<T>(string? own, string[] defaults, string kind, Dictionary<string, T> policies) =>
        own is not null ? policies[own]
        : defaults.Append("").Select(prefix => $"Default{prefix}{kind}Policy").FirstOrDefault(policies.ContainsKey) is { } name ? policies[name]
        : default;

    private sealed class BreakerOptions : ResilienceStrategyOptions;
}
