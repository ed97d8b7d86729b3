using Serverless.Faults.Tests.Processes;

namespace Serverless.Faults.Tests.Jobs;

/// <summary>A message on its way to become a job, and the process that takes it dies or fails: it comes again, and is one job, or one dead letter in the end.</summary>
public sealed class QueueFaultTests(QueueRigFixture fixture) : IClassFixture<QueueRigFixture>
{
    [Theory]
    [InlineData("jobs.submit.before-actor")]
    [InlineData("jobs.job.before-save")]
    [InlineData("jobs.job.saved")]
    [InlineData("api.queue.before-acknowledge")]
    public async Task A_message_at_which_the_api_dies_comes_again_and_is_one_job(string point)
    {
        var api = fixture.Rig[JobRig.ApiName];
        await api.KillAsync($"{point}=kill@1");
        var armed = api.Current;
        var work = new JobWork(fixture.Rig, rows: 20, rowsPerShard: 10);

        await fixture.SendAsync(work.Document);

        await work.ShouldBeWholeAsync(mayCome: true);
        (await Patience.OfAsync(armed.Exit, () => $"the message comes by {point}")).ShouldBe(ServiceProcess.KilledExitCode);
        await fixture.EmptyAsync();
        (await fixture.Rig.Client.ListAsync(limit: 100)).Jobs.Count(job => job.Id == work.Id).ShouldBe(1);
    }

    [Fact]
    public async Task A_message_whose_letter_was_written_and_not_acknowledged_is_buried_again_rather_than_lost()
    {
        await fixture.Rig[JobRig.ApiName].KillAsync("api.queue.buried=kill@1");

        await fixture.SendAsync("{ hopeless");

        (await fixture.LetterAsync())["message"]!.GetValue<string>().ShouldBe("{ hopeless");
        (await fixture.LetterAsync())["message"]!.GetValue<string>().ShouldBe("{ hopeless");
        await fixture.EmptyAsync();
    }

    [Fact]
    public async Task A_message_at_which_the_service_always_fails_has_five_attempts_and_put_back_five_more()
    {
        var api = fixture.Rig[JobRig.ApiName];
        await api.KillAsync("api.queue.before-acknowledge=error");
        var work = new JobWork(fixture.Rig, rows: 20, rowsPerShard: 10);

        await fixture.SendAsync(work.Document);
        var letter = await fixture.LetterAsync();

        letter["message"]!.GetValue<string>().ShouldBe(work.Document);
        letter["reason"]!.GetValue<string>().ShouldContain("each of 5 attempts");
        letter["reason"]!.GetValue<string>().ShouldContain("fired at hit 5", customMessage: "the last error is in it, and no attempt was made after it");
        await fixture.EmptyAsync();

        // The service is mended: the letter that is put back begins anew.
        await api.KillAsync();
        await fixture.SendAsync(letter.ToJsonString());
        await work.ShouldBeWholeAsync(mayCome: true);
        await fixture.EmptyAsync();
    }

    [Fact]
    public async Task Attempts_are_counted_across_deaths_of_the_api()
    {
        var api = fixture.Rig[JobRig.ApiName];
        api.FailpointOfAll = "jobs.submit.before-actor=kill";
        await api.KillAsync();
        var before = api.ExitCodes.Count;
        var work = new JobWork(fixture.Rig, rows: 20, rowsPerShard: 10);

        await fixture.SendAsync(work.Document);
        var letter = await fixture.LetterAsync();

        api.ExitCodes.Count.ShouldBe(before + 5, "at the sixth time it is not tried");
        letter["message"]!.GetValue<string>().ShouldBe(work.Document);
        letter["reason"]!.GetValue<string>().ShouldContain("each of 5 attempts");
        await fixture.EmptyAsync();
        api.FailpointOfAll = null;
        await api.KillAsync();
    }
}
