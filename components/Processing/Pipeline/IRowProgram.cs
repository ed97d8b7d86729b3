using Serverless.Processing.Rows;

namespace Serverless.Processing.Pipeline;

/// <summary>What a job does to each row: templates of a job file, or functions of a C# program. Called from many threads at once.</summary>
internal interface IRowProgram
{
    /// <summary>Makes the row's prompt from its input columns.</summary>
    /// <exception cref="RowException">This row cannot be asked.</exception>
    Prompt Preprocess(Row row);

    /// <summary>Makes the row that is written from input and engine columns.</summary>
    /// <exception cref="RowException">This row's answer cannot be used.</exception>
    Row Postprocess(Row row);
}
