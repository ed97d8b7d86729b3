using Dapr.Workflow;
using Serverless.Jobs.Actors;
using Serverless.Placement.Pools;
using Serverless.Workflows.Activities;

namespace Serverless.Workflows;

/// <summary>A group's activities, called from its workflow.</summary>
internal sealed class GroupCalls(WorkflowContext context, GroupInput input)
{
    public async Task<IReadOnlyList<int>> FindDoneAsync() =>
        (await context.CallActivityAsync<StepResult<IReadOnlyList<int>>>(nameof(FindDoneActivity), input, Retry.Activity)).Get();

    public async Task OfferAsync(IReadOnlyList<ShardTicket> shards)
    {
        if (shards.Count > 0)
        {
            (await context.CallActivityAsync<StepResult<bool>>(nameof(OfferActivity), new OfferInput(input, shards), Retry.Activity)).Get();
        }
    }

    public async Task<OfferState> FindAsync() =>
        (await context.CallActivityAsync<StepResult<OfferState>>(nameof(FindActivity), input, Retry.Activity)).Get();

    public async Task FenceAsync(string errorCode) =>
        (await context.CallActivityAsync<StepResult<bool>>(nameof(FenceActivity), new FenceInput(input, errorCode), Retry.Activity)).Get();

    public async Task<JobCounts> SealAsync() =>
        (await context.CallActivityAsync<StepResult<JobCounts>>(nameof(SealActivity), input, Retry.Activity)).Get();
}
