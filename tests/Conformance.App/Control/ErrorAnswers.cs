using Dapr;
using Dapr.Actors;
using Dapr.Workflow;

namespace Serverless.Conformance.App.Control;

/// <summary>What an operation of the SDK threw, told to the test as JSON with status 500.</summary>
internal static class ErrorAnswers
{
    public static async ValueTask<object?> Translate(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (Exception error)
        {
            return Results.Json(Describe(error), statusCode: 500);
        }
    }

    private static ErrorAnswer Describe(Exception error) => new(
        error.GetType().FullName!,
        error.Message,
        (error as DaprApiException)?.ErrorCode,
        (error as ActorInvokeException)?.ActualExceptionType ?? (error as WorkflowTaskFailedException)?.FailureDetails.ErrorType,
        error.InnerException is { } inner ? Describe(inner) : null);
}

internal sealed record ErrorAnswer(string Type, string Message, string? ErrorCode, string? RemoteType, ErrorAnswer? Inner);
