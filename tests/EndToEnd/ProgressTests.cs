using Serverless.Cli.Progress;
using Serverless.Contracts.Api;
using Serverless.Contracts.Status;
using Serverless.Inference.Loading.Hub;

namespace Serverless.EndToEnd.Tests;

/// <summary>What is told of a job on stderr when nobody looks at a terminal.</summary>
public sealed class ProgressTests : IDisposable
{
    private readonly StringWriter _output = new();
    private readonly HandTime _time = new();

    public void Dispose() => _output.Dispose();

    [Fact]
    public void A_line_holds_status_rows_failures_speed_and_the_time_left()
    {
        Progress().Report(Running(done: 30));
        Lines().ShouldBe(["running  30 / 100 rows, 2 failed  50 tokens/s  ETA 0:03:30"]);
    }

    [Fact]
    public void A_job_that_waits_says_for_what()
    {
        Progress().Report(Running(done: 0) with { Status = JobStatus.WaitingForCapacity, TokensPerSecond = 0, WaitingReason = "an engine replica" });
        Lines().ShouldBe(["waiting for capacity  0 / 100 rows, 2 failed  an engine replica"]);
    }

    [Fact]
    public void A_line_comes_when_the_status_changes_and_then_every_five_seconds()
    {
        var progress = Progress();
        foreach (var done in Enumerable.Range(1, 12))
        {
            progress.Report(Running(done));
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        progress.Report(Running(done: 12) with { Status = JobStatus.Finalizing });
        Lines().Select(line => line.Split(" /")[0]).ShouldBe(["running  1", "running  6", "running  11", "finalizing  12"]);
    }

    [Fact]
    public void A_download_that_takes_long_is_told_and_the_waiting_job_is_silent()
    {
        var progress = Progress();
        progress.Report(Running(done: 0) with { Status = JobStatus.Planning, Rows = new RowCounts(0, 0, 0), TokensPerSecond = 0 });
        foreach (var megabytes in Enumerable.Range(0, 12))
        {
            progress.Report(new DownloadProgress("model.safetensors", megabytes * 1_000_000L, 11_000_000));
            progress.Report(Running(done: 0) with { Status = JobStatus.Planning, Rows = new RowCounts(0, 0, 0), TokensPerSecond = 0 });
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Lines().ShouldBe(["planning", "downloading  model.safetensors  5 / 11 MB", "downloading  model.safetensors  10 / 11 MB"]);
    }

    private PlainProgress Progress() => new(_output, _time);

    private string[] Lines() => _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private static JobResource Running(long done) => new()
    {
        Id = "job",
        Status = JobStatus.Running,
        StatusSince = DateTimeOffset.UnixEpoch,
        CreatedAt = DateTimeOffset.UnixEpoch,
        OutputUri = "out",
        Rows = new RowCounts(100, done, 2),
        TokensPerSecond = 50,
        EtaSeconds = 210,
    };

    private sealed class HandTime : TimeProvider
    {
        private long _ticks = TimeSpan.TicksPerHour;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan time) => _ticks += time.Ticks;
    }
}
