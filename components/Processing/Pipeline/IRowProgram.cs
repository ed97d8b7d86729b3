using Serverless.Contracts.Errors;
using Serverless.Processing.Rows;
using Serverless.Storage.Tables;

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

    /// <summary>Columns that <see cref="Postprocess"/> adds, where that is known beforehand.</summary>
    /// <param name="visible">The columns that it can read.</param>
    /// <exception cref="JobException">It reads a column that no row has.</exception>
    IReadOnlyList<Column> PlanColumns(IReadOnlyList<Column> visible);

    /// <summary>Looks for mistakes that would make every row fail.</summary>
    /// <param name="columns">The input's columns.</param>
    /// <param name="first">The first row.</param>
    /// <exception cref="JobException">There is one.</exception>
    void TryOn(IReadOnlyList<Column> columns, Row first);
}
