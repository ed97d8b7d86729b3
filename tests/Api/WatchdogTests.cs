using System.Net;
using System.Threading.Channels;
using Dapr.SidecarApi;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Serverless.Api.Hosting;

namespace Serverless.Api.Tests;

public sealed class WatchdogTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_sidecar_that_sees_no_workflow_worker_for_a_minute_is_asked_to_end_and_not_before()
    {
        using var sidecar = new Sidecar { Workers = 0 };
        await using var run = await Run.StartAsync(sidecar);

        (await run.LookAtForAsync(SidecarWatchdog.Patience - SidecarWatchdog.Interval)).ShouldNotContain("POST /v1.0/shutdown");
        (await run.LookAtForAsync(2 * SidecarWatchdog.Interval)).Count(request => request == "POST /v1.0/shutdown").ShouldBe(1);
    }

    [Fact]
    public async Task A_worker_that_comes_back_in_between_starts_the_minute_anew()
    {
        using var sidecar = new Sidecar { Workers = 0 };
        await using var run = await Run.StartAsync(sidecar);

        await run.LookAtForAsync(SidecarWatchdog.Patience - SidecarWatchdog.Interval);
        sidecar.Workers = 1;
        await run.LookAtForAsync(2 * SidecarWatchdog.Interval);
        sidecar.Workers = 0;
        (await run.LookAtForAsync(SidecarWatchdog.Patience - SidecarWatchdog.Interval)).ShouldNotContain("POST /v1.0/shutdown");
    }

    [Theory]
    [InlineData(2, HttpStatusCode.OK, nameof(SidecarSight.Ready))]
    [InlineData(0, HttpStatusCode.OK, nameof(SidecarSight.WithoutWorker))]
    [InlineData(1, HttpStatusCode.ServiceUnavailable, nameof(SidecarSight.Away))]
    public async Task What_it_sees_is_what_the_sidecar_says(int workers, HttpStatusCode status, string sight)
    {
        using var sidecar = new Sidecar { Workers = workers, Status = status };
        using var watchdog = sidecar.Watch(TimeProvider.System);
        $"{await watchdog.LookAsync(CancellationToken.None)}".ShouldBe(sight);
    }

    [Fact]
    public async Task A_sidecar_that_is_away_is_looked_for_again_and_never_asked_to_end()
    {
        using var sidecar = new Sidecar { Status = null };
        await using var run = await Run.StartAsync(sidecar);

        var requests = await run.LookAtForAsync(2 * SidecarWatchdog.Patience);
        requests.ShouldAllBe(request => request == "GET /v1.0/metadata");
        requests.Count.ShouldBeGreaterThan(10);
    }

    /// <summary>A watchdog under a clock that the test moves: by one interval, whenever it has looked.</summary>
    private sealed class Run(SidecarWatchdog watchdog, Sidecar sidecar, PausedTime time) : IAsyncDisposable
    {
        public static async Task<Run> StartAsync(Sidecar sidecar)
        {
            var time = new PausedTime();
            var watchdog = sidecar.Watch(time);
            await watchdog.StartAsync(CancellationToken.None);
            (await sidecar.NextAsync()).ShouldBe("GET /v1.0/metadata");
            return new Run(watchdog, sidecar, time);
        }

        /// <summary>Lets time pass; gives the requests that came meanwhile.</summary>
        public async Task<List<string>> LookAtForAsync(TimeSpan length)
        {
            List<string> requests = [];
            for (var passed = TimeSpan.Zero; passed < length; passed += SidecarWatchdog.Interval)
            {
                await time.PausedAsync();
                time.Advance(SidecarWatchdog.Interval);
                do
                {
                    requests.Add(await sidecar.NextAsync());
                }
                while (requests[^1] != "GET /v1.0/metadata");
            }

            return requests;
        }

        public async ValueTask DisposeAsync()
        {
            await watchdog.StopAsync(CancellationToken.None);
            watchdog.Dispose();
        }
    }

    /// <summary>A clock that says when the watchdog has begun its pause: moved before, it would move past it.</summary>
    private sealed class PausedTime : FakeTimeProvider
    {
        private readonly Channel<TimeSpan> _pauses = Channel.CreateUnbounded<TimeSpan>();

        public Task<TimeSpan> PausedAsync() => _pauses.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);

            // Deadlines of requests are longer.
            if (dueTime > TimeSpan.Zero && dueTime <= SidecarWatchdog.Interval)
            {
                _pauses.Writer.TryWrite(dueTime);
            }

            return timer;
        }
    }

    /// <summary>A sidecar that notes what it is asked.</summary>
    private sealed class Sidecar : HttpMessageHandler
    {
        private readonly Channel<string> _requests = Channel.CreateUnbounded<string>();

        public int Workers { get; set; }

        /// <summary>Null: it cannot be reached.</summary>
        public HttpStatusCode? Status { get; init; } = HttpStatusCode.OK;

        public SidecarWatchdog Watch(TimeProvider time) => new(
            new SidecarClient(new SidecarClientOptions { HttpEndpoint = "http://127.0.0.1:3500" }, this, time), time, NullLogger<SidecarWatchdog>.Instance);

        public Task<string> NextAsync() => _requests.Reader.ReadAsync().AsTask().WaitAsync(Patience);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _requests.Writer.TryWrite($"{request.Method} {request.RequestUri!.AbsolutePath}");
            return Status is { } status
                ? Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent($$$"""{"id":"api","workflows":{"connectedWorkers":{{{Workers}}}}}""") })
                : throw new HttpRequestException("connection refused");
        }
    }
}
