using Dapr.Workflow;
using Serverless.Jobs.Actors;
using Serverless.Workflows.Activities;

namespace Serverless.Workflows;

/// <summary>A job's activities, called from its workflow.</summary>
internal sealed class JobStepsCaller(WorkflowContext context, JobRef job)
{
    private string? _pool;

    public Task EnterAsync(JobStep step) => context.CallActivityAsync<bool>(nameof(EnterActivity), new EnterInput(job.Key, step), Retry.Activity);

    public async Task<ClaimResult> ClaimAsync(DateTimeOffset submittedAt) =>
        (await context.CallActivityAsync<StepResult<ClaimResult>>(nameof(ClaimActivity), new ClaimInput(job, submittedAt), Retry.Activity)).Get();

    /// <summary>Looks at some files, and gives the first that is left.</summary>
    public async Task<int> PlanFilesAsync(int first, int count) =>
        (await context.CallActivityAsync<StepResult<int>>(nameof(PlanFilesActivity), new PlanFilesInput(job, first, count), Retry.Activity)).Get();

    public async Task<PlanResult> CompletePlanAsync() =>
        (await context.CallActivityAsync<StepResult<PlanResult>>(nameof(CompletePlanActivity), job, Retry.Activity)).Get();

    public async Task<string> AttachAsync(ClaimResult claim, JobWorkflowInput input) =>
        _pool = (await context.CallActivityAsync<StepResult<string>>(
            nameof(AttachActivity), new AttachInput(job, claim.PinnedModelSource, input.SubmittedAt), Retry.Activity)).Get();

    public async Task<JobStep> FinishAsync(FinishInput input) =>
        (await context.CallActivityAsync<StepResult<JobStep>>(nameof(FinishActivity), input with { Job = job }, Retry.Activity)).Get();

    public Task StopShardsAsync(string pool) =>
        context.CallActivityAsync<bool>(nameof(StopShardsActivity), new StopShardsInput(job.Key, pool), Retry.Activity);

    /// <summary>Gives back what the job holds, the pool too if it was attached to one.</summary>
    public Task CloseAsync() => context.CallActivityAsync<bool>(nameof(CloseActivity), new CloseInput(job, _pool), Retry.Activity);

    /// <summary>Tells that the job has ended. Nobody's being told fails no job: its output is there.</summary>
    public async Task NotifyAsync()
    {
        foreach (var activity in new[] { nameof(PublishActivity), nameof(WebhookActivity) })
        {
            try
            {
                await context.CallActivityAsync<bool>(activity, job, Retry.Notification);
            }
            catch (WorkflowTaskFailedException failure)
            {
                context.CreateReplaySafeLogger<BatchJobWorkflow>().NotTold(job.Key, activity, failure.FailureDetails.ErrorMessage);
            }
        }
    }
}
