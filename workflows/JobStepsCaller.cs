using Dapr.Workflow;
using Serverless.Contracts.Status;
using Serverless.Jobs.Actors;
using Serverless.Workflows.Activities;

namespace Serverless.Workflows;

/// <summary>A job's activities, called from its workflow.</summary>
internal sealed class JobStepsCaller(WorkflowContext context, JobRef job)
{
    public Task EnterAsync(JobStep step) => context.CallActivityAsync<bool>(nameof(EnterActivity), new EnterInput(job.Key, step), Retry.Activity);

    public async Task<ClaimResult> ClaimAsync(DateTimeOffset submittedAt) =>
        (await context.CallActivityAsync<StepResult<ClaimResult>>(nameof(ClaimActivity), new ClaimInput(job, submittedAt), Retry.Activity)).Get();

    public async Task PlanFileAsync(int file) =>
        (await context.CallActivityAsync<StepResult<bool>>(nameof(PlanFileActivity), new PlanFileInput(job, file), Retry.Activity)).Get();

    public async Task<PlanResult> CompletePlanAsync() =>
        (await context.CallActivityAsync<StepResult<PlanResult>>(nameof(CompletePlanActivity), job, Retry.Activity)).Get();

    public async Task<string> AttachAsync(ClaimResult claim, JobWorkflowInput input) =>
        (await context.CallActivityAsync<StepResult<string>>(
            nameof(AttachActivity), new AttachInput(job, claim.PinnedModelSource, input.SubmittedAt), Retry.Activity)).Get();

    public async Task<JobStep> FinishAsync(FinishInput input) =>
        (await context.CallActivityAsync<StepResult<JobStep>>(nameof(FinishActivity), input with { Job = job }, Retry.Activity)).Get();

    public Task CloseAsync(string? pool, JobStatus end) =>
        context.CallActivityAsync<bool>(nameof(CloseActivity), new CloseInput(job, pool, end), Retry.Activity);
}
