using Dapr.Sidecar;
using Dapr.Sidecar.Components;
using Dapr.Sidecar.Resiliency;
using Microsoft.Extensions.Time.Testing;
using Serverless.Sidecar.Tests.Components;

namespace Serverless.Sidecar.Tests.Resiliency;

public sealed class ResiliencyTests : IDisposable
{
    private const string Head = "apiVersion: dapr.io/v1alpha1\nkind: Resiliency\nmetadata: {name: r}\n";
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_failing_operation_is_tried_as_often_as_its_policy_says_and_no_more()
    {
        var policies = Read("spec: {policies: {retries: {r: {policy: constant, duration: 1ms, maxRetries: 3}}}, targets: {components: {store: {outbound: {retry: r}}}}}", TimeProvider.System);

        (await CountAsync(policies.Outbound("store"), _ => throw new IOException("down"))).ShouldBe(4);
        (await CountAsync(policies.Outbound("other"), _ => throw new IOException("down"))).ShouldBe(1);
        (await CountAsync(policies.Inbound("store"), _ => throw new IOException("down"))).ShouldBe(1);
        (await CountAsync(policies.Outbound("store"), _ => throw new BadRequestException("nonsense"))).ShouldBe(1);
    }

    [Fact]
    public async Task Only_statuses_that_match_are_tried_again()
    {
        var policies = Read("spec: {policies: {retries: {r: {duration: 1ms, maxRetries: 2, matching: {httpStatusCodes: '429,500-503'}}}}, targets: {apps: {a: {retry: r}}}}", TimeProvider.System);

        (await CountAsync(policies.App("a"), _ => throw new AppStatusException(503))).ShouldBe(3);
        (await CountAsync(policies.App("a"), _ => throw new AppStatusException(404))).ShouldBe(1);
    }

    [Fact]
    public async Task A_timeout_ends_an_attempt()
    {
        var policies = Read("spec: {policies: {timeouts: {t: 50ms}}, targets: {actors: {A: {timeout: t}}}}", TimeProvider.System);
        await Should.ThrowAsync<Polly.Timeout.TimeoutRejectedException>(async () =>
            await policies.Actor("A", "1").ExecuteAsync(async token => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token)));
    }

    [Fact]
    public async Task A_circuit_opens_by_its_expression_lets_trials_through_after_its_timeout_and_closes_when_they_succeed()
    {
        var policies = Read("spec: {policies: {circuitBreakers: {c: {trip: consecutiveFailures >= 2, timeout: 30s, maxRequests: 1}}}, targets: {components: {store: {outbound: {circuitBreaker: c}}}}}", _time);
        var circuit = policies.Outbound("store");
        async Task FailAsync() => await Should.ThrowAsync<IOException>(async () => await circuit.ExecuteAsync(_ => throw new IOException("down")));
        async Task PassAsync() => await circuit.ExecuteAsync(_ => ValueTask.CompletedTask);

        await FailAsync();
        await PassAsync();
        await FailAsync();
        await FailAsync();
        (await Should.ThrowAsync<CircuitOpenException>(PassAsync)).Message.ShouldContain("30");

        _time.Advance(TimeSpan.FromSeconds(31));
        await FailAsync();
        await Should.ThrowAsync<CircuitOpenException>(PassAsync);

        _time.Advance(TimeSpan.FromSeconds(31));
        await PassAsync();
        await FailAsync();
        await PassAsync();
    }

    [Fact]
    public async Task Actors_share_a_circuit_by_type_or_have_their_own_by_id()
    {
        var policies = Read("spec: {policies: {circuitBreakers: {c: {trip: consecutiveFailures >= 1}}}, targets: {actors: {Shared: {circuitBreaker: c}, Own: {circuitBreaker: c, circuitBreakerScope: id}}}}", _time);
        foreach (var type in new[] { "Shared", "Own" })
        {
            await Should.ThrowAsync<IOException>(async () => await policies.Actor(type, "1").ExecuteAsync(_ => throw new IOException("down")));
        }

        await Should.ThrowAsync<CircuitOpenException>(async () => await policies.Actor("Shared", "2").ExecuteAsync(_ => ValueTask.CompletedTask));
        await policies.Actor("Own", "2").ExecuteAsync(_ => ValueTask.CompletedTask);
        await Should.ThrowAsync<CircuitOpenException>(async () => await policies.Actor("Own", "1").ExecuteAsync(_ => ValueTask.CompletedTask));
    }

    [Fact]
    public async Task Default_policies_are_for_targets_without_their_own_the_nearer_name_first()
    {
        var policies = Read("""
            spec:
              policies:
                retries:
                  DefaultRetryPolicy: {duration: 1ms, maxRetries: 1}
                  DefaultComponentOutboundRetryPolicy: {duration: 1ms, maxRetries: 2}
                  own: {duration: 1ms, maxRetries: 0}
              targets: {components: {mine: {outbound: {retry: own}}}}
            """, TimeProvider.System);

        (await CountAsync(policies.Outbound("any"), _ => throw new IOException("down"))).ShouldBe(3);
        (await CountAsync(policies.Inbound("any"), _ => throw new IOException("down"))).ShouldBe(2);
        (await CountAsync(policies.Outbound("mine"), _ => throw new IOException("down"))).ShouldBe(1);
    }

    [Theory]
    [InlineData("spec: {policies: {retries: {r: {policy: linear}}}}", "constant, exponential")]
    [InlineData("spec: {policies: {retries: {r: {duratoin: 1s}}}}", "did you mean duration?")]
    [InlineData("spec: {policies: {retries: {r: {matching: {httpStatusCodes: '99'}}}}}", "429,500-599")]
    [InlineData("spec: {policies: {circuitBreakers: {c: {trip: failures > 1}}}}", "requests, totalFailures, consecutiveFailures")]
    [InlineData("spec: {policies: {timeouts: {t: 1ms}}}", "10ms to 24h")]
    [InlineData("spec: {policies: {timeouts: {general: 1s}}, targets: {apps: {a: {timeout: genral}}}}", "did you mean general?")]
    [InlineData("spec: {targets: {services: {}}}", "apps, actors, components")]
    public void A_wrong_policy_is_refused_with_what_is_allowed(string spec, string hint) =>
        Should.Throw<ComponentException>(() => Read(spec, _time)).Message.ShouldContain(hint);

    private ResiliencyPolicies Read(string spec, TimeProvider time)
    {
        _folder.Yaml("resiliency.yaml", Head + spec);
        var options = new SidecarOptions { Apps = [new() { AppId = "app" }], ComponentPaths = [_folder.Components] };
        return new ResiliencyPolicies(new ResiliencySpec(new Resources(options), options), time);
    }

    private static async Task<int> CountAsync(Polly.ResiliencePipeline pipeline, Action<int> attempt)
    {
        var count = 0;
        try
        {
            await pipeline.ExecuteAsync(_ =>
            {
                attempt(++count);
                return ValueTask.CompletedTask;
            });
        }
        catch (Exception error) when (error is IOException or BadRequestException or AppStatusException)
        {
            return count;
        }

        throw new InvalidOperationException("it did not fail");
    }
}
