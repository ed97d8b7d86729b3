using Microsoft.Extensions.Time.Testing;
using Serverless.Contracts.Status;
using Serverless.Jobs.Commands;
using Serverless.Jobs.Tenants;
using Serverless.Workflows.Tests.Hosting;
using static Serverless.Contracts.Status.JobStatus;

namespace Serverless.Workflows.Tests;

/// <summary>Lists, deletion, quotas.</summary>
public sealed class CatalogTests
{
    private static FakeTimeProvider Noon => new(new DateTimeOffset(2026, 5, 4, 12, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_list_walks_the_days_newest_first_page_by_page()
    {
        await using var world = await JobWorld.StartAsync(Noon, setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        List<string> submitted = [];
        for (var day = 0; day < 3; day++)
        {
            for (var job = 0; job < 3; job++)
            {
                submitted.Insert(0, await world.SubmitAsync(world.Spec(rows: 1) with { Id = $"job-{day}-{job}", Output = new() { Uri = $"{world.Output}-{day}-{job}" } }));
                world.Time!.Advance(TimeSpan.FromSeconds(1));
            }

            world.Time!.Advance(TimeSpan.FromDays(1));
        }

        await world.UntilAsync(async () => (await world.SendAsync(new ListJobs(JobWorld.Tenant, ListJobs.MaxLimit))).Jobs.Count == 9, () => "nine jobs were not listed");
        List<string> listed = [];
        string? cursor = null;
        do
        {
            var page = await world.SendAsync(new ListJobs(JobWorld.Tenant, 2, cursor));
            page.Jobs.Count.ShouldBeInRange(1, 2);
            listed.AddRange(page.Jobs.Select(job => job.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        listed.ShouldBe(submitted);
        (await world.SendAsync(new ListJobs("another", 10))).Jobs.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_list_shows_the_jobs_of_a_state_as_soon_as_they_are_in_it()
    {
        await using var world = await JobWorld.StartAsync();
        var id = await world.SubmitAsync(world.Spec(rows: 1));
        await world.UntilAsync(id, Completed);
        await world.UntilAsync(async () => (await ListAsync(Completed)) is [var only] && only == id, () => "the completed job was not listed as completed");
        (await ListAsync(Running)).ShouldBeEmpty();

        async Task<IReadOnlyList<string>> ListAsync(JobStatus status) => [.. (await world.SendAsync(new ListJobs(JobWorld.Tenant, 10, Status: status))).Jobs.Select(job => job.Id)];
    }

    [Fact]
    public async Task A_deleted_job_is_gone_and_its_id_is_never_used_again()
    {
        await using var world = await JobWorld.StartAsync();
        var spec = world.Spec(rows: 1) with { Id = "mine" };
        await world.SubmitAsync(spec);
        await world.UntilAsync("mine", Completed);
        (await world.SendAsync(new DeleteJob(JobWorld.Tenant, "mine"))).Refusal.ShouldBeNull();
        (await world.SendAsync(new GetJob(JobWorld.Tenant, "mine"))).ShouldBeNull();
        (await world.SendAsync(new DeleteJob(JobWorld.Tenant, "mine"))).Found.ShouldBeFalse();
        (await world.SendAsync(new ListJobs(JobWorld.Tenant, 10))).Jobs.ShouldBeEmpty();
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec))).Outcome!.Kind.ShouldBe(Jobs.Actors.SubmitKind.Conflict);
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, spec with { Name = "another" }))).Errors.ShouldHaveSingleItem().Path.ShouldBe("id");
        File.Exists(Path.Combine(world.Output, "_manifest.json")).ShouldBeTrue("the output stays");
    }

    [Fact]
    public async Task A_job_that_runs_cannot_be_deleted()
    {
        await using var world = await JobWorld.StartAsync(setUp: pool => pool.Gate = new TaskCompletionSource().Task);
        var id = await world.SubmitAsync(world.Spec(rows: 1));
        await world.UntilAsync(id, Running);
        (await world.SendAsync(new DeleteJob(JobWorld.Tenant, id))).Refusal.ShouldBe("a job that is running cannot be deleted; cancel it first");
    }

    [Fact]
    public async Task A_tenant_has_so_many_jobs_at_once_and_another_when_one_has_ended()
    {
        var gate = new TaskCompletionSource();
        await using var world = await JobWorld.StartAsync(policy: new TenantPolicy { MaxJobs = 1 }, setUp: pool => pool.Gate = gate.Task);
        var first = await world.SubmitAsync(world.Spec(rows: 1));
        await world.UntilAsync(first, Running);
        var other = world.Spec(rows: 2) with { Output = new() { Uri = world.Output + "-2" } };
        (await world.SendAsync(new SubmitJob(JobWorld.Tenant, other))).Refusal.ShouldNotBeNull().ShouldContain("1 jobs that have not ended");
        gate.SetResult();
        await world.UntilAsync(first, Completed);
        await world.UntilAsync(await world.SubmitAsync(other), Completed);
    }

    [Fact]
    public async Task A_place_outside_of_the_tenant_s_roots_is_refused()
    {
        await using var world = await JobWorld.StartAsync(policy: new TenantPolicy { AllowedRoots = ["/data/team-a"] });
        var errors = (await world.SendAsync(new SubmitJob(JobWorld.Tenant, world.Spec(rows: 1)))).Errors;
        errors.Select(error => error.Path).ShouldBe(["model.source", "output.uri"]);
    }
}
