using Serverless.Contracts.Status;

namespace Serverless.Faults.Tests.Storage;

/// <summary>A blob service that is busy, slow, unreliable or gone while a job of the service reads and writes there: every row once, or a clear failure.</summary>
public sealed class BlobFaultTests(BlobFaultFixture fixture) : IClassFixture<BlobFaultFixture>
{
    [Fact]
    public Task An_account_at_its_limit_delays_a_job_and_nothing_else() => ShouldBeWholeAsync(rows: 120, request => request % 3 == 0 ? BlobFault.Throttled : BlobFault.None);

    [Fact]
    [Trait("Category", "Long")]
    public Task A_service_that_takes_seconds_for_each_request_delays_a_job_and_nothing_else() => ShouldBeWholeAsync(rows: 20, _ => BlobFault.Slow);

    [Fact]
    public Task Connections_that_break_before_or_after_the_work_is_done_lose_and_double_nothing() => ShouldBeWholeAsync(
        rows: 200, request => (request % 5) switch { 2 => BlobFault.Lost, 4 => BlobFault.AnswerLost, _ => BlobFault.None });

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_service_that_is_away_for_a_while_in_the_middle_delays_a_job_and_nothing_else()
    {
        var work = new BlobWork(fixture.Rig, fixture.NewContainer(), rows: 1000, rowsPerShard: 10);
        await work.SubmitAsync();
        await Patience.UntilAsync(() => work.Parts > 0, () => $"the job has a part.\n{fixture.Rig.Text}");
        var before = fixture.Proxy.Faults;
        fixture.Proxy.Fault = _ => BlobFault.Lost;
        try
        {
            await Patience.UntilAsync(() => fixture.Proxy.Faults > before + 30, () => $"requests are tried again.\n{fixture.Rig.Text}");
        }
        finally
        {
            fixture.Proxy.Fault = _ => BlobFault.None;
        }

        await work.ShouldBeWholeAsync();
    }

    [Fact]
    public async Task A_container_that_is_deleted_in_the_middle_fails_the_job_and_is_named()
    {
        var container = fixture.NewContainer();
        var work = new BlobWork(fixture.Rig, container, rows: 4000, rowsPerShard: 10);
        await work.SubmitAsync();
        await Patience.UntilAsync(() => work.Parts > 0, () => $"the job has a part.\n{fixture.Rig.Text}");

        await container.DeleteAsync();

        var job = await work.EndAsync();
        job.Status.ShouldBe(JobStatus.Failed, fixture.Rig.Text);
        job.Error!.Code.ShouldBe("storage");
        job.Error.Message.ShouldContain(container.Name);
        job.Error.Message.ShouldContain("there is no such container");

        // The service itself is well.
        var next = new BlobWork(fixture.Rig, fixture.NewContainer(), rows: 20, rowsPerShard: 10);
        await next.SubmitAsync();
        await next.ShouldBeWholeAsync();
    }

    private async Task ShouldBeWholeAsync(int rows, Func<int, BlobFault> fault)
    {
        var work = new BlobWork(fixture.Rig, fixture.NewContainer(), rows, rowsPerShard: 10);
        var before = fixture.Proxy.Faults;
        fixture.Proxy.Fault = fault;
        try
        {
            await work.SubmitAsync();
            await work.ShouldBeWholeAsync();
        }
        finally
        {
            fixture.Proxy.Fault = _ => BlobFault.None;
        }

        fixture.Proxy.Faults.ShouldBeGreaterThan(before + 10, "the job was to suffer");
    }
}
