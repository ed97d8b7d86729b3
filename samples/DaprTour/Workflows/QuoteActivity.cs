using Dapr.Workflow;

namespace Serverless.DaprTour.Workflows;

/// <summary>What a city costs.</summary>
public sealed record Quote(string City, int Price);

/// <summary>Gives a price for a city; always the same one, since activities may run more than once.</summary>
public sealed class QuoteActivity : WorkflowActivity<string, Quote>
{
    /// <inheritdoc />
    public override Task<Quote> RunAsync(WorkflowActivityContext context, string input) =>
        Task.FromResult(new Quote(input, 100 + input.Sum(letter => letter) % 100));
}
