using Serverless.Inference.OpenAI;

namespace Serverless.Inference.Tests.OpenAI;

public sealed class InFlightLimitTests
{
    [Fact]
    public async Task Overload_halves_it_once_for_all_that_were_under_way()
    {
        var limit = new InFlightLimit(16);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => limit.EnterAsync(CancellationToken.None)));
        foreach (var ticket in tickets) limit.Leave(ticket, overloaded: true);
        limit.Limit.ShouldBe(8);
        limit.Leave(await limit.EnterAsync(CancellationToken.None), overloaded: true);
        limit.Limit.ShouldBe(4);
    }

    [Fact]
    public async Task Answers_raise_it_by_one_a_round_up_to_its_most()
    {
        var limit = new InFlightLimit(4);
        limit.Leave(await limit.EnterAsync(CancellationToken.None), overloaded: true);
        limit.Limit.ShouldBe(2);
        for (var i = 0; i < 3; i++) limit.Leave(await limit.EnterAsync(CancellationToken.None), overloaded: false);
        limit.Limit.ShouldBe(3);
        for (var i = 0; i < 20; i++) limit.Leave(await limit.EnterAsync(CancellationToken.None), overloaded: false);
        limit.Limit.ShouldBe(4);
    }

    [Fact]
    public async Task Whoever_waits_comes_in_when_there_is_room_and_whoever_gives_up_takes_none()
    {
        var limit = new InFlightLimit(1);
        var first = await limit.EnterAsync(CancellationToken.None);
        using var cancel = new CancellationTokenSource();
        var given = limit.EnterAsync(cancel.Token);
        var second = limit.EnterAsync(CancellationToken.None);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => given);
        second.IsCompleted.ShouldBeFalse();
        limit.Leave(first, overloaded: null);
        await second.WaitAsync(TimeSpan.FromMinutes(1));
    }
}
